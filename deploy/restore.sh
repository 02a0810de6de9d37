#!/bin/sh
# Restores what backup.sh wrote: the database as it was then, and the journals that belong to it.
#
#   restore.sh [--drop] [--keep-journals] FILE
#
#   --drop            the database holds something, and that is given up for what is in FILE
#   --keep-journals   the journals of the instances are those of the day of the loss: they stay
#
# Refuses while instances run, over a database or journals that hold something, and if .env has
# other passwords of the database than FILE; says which goproxy/*.json are not those of FILE. Journals are restored with their database only: an old
# journal beside a newer database says nothing that this does not know. Ends with an audit.
#
# Exit code 0: restored, and the books agree; 1: restored, and they do not; 64: wrong arguments;
# 65: FILE is not a whole backup; 69: something did not answer; 75: refused, nothing was changed;
# 78: the database is elsewhere, or has other passwords. Needs docker compose, gzip, tar and sha256sum.
set -eu

instances="goproxy-openhands goproxy-ohmygpt"
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=SCRIPTDIR/compose.sh
. "$here/compose.sh"

usage() {
  sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p;}' "$0" >&2
  exit 64 # EX_USAGE
}

drop=no
keep_journals=no
while [ $# -gt 1 ]; do
  case $1 in
    --drop) drop=yes ;;
    --keep-journals) keep_journals=yes ;;
    *) usage ;;
  esac
  shift
done
if [ $# -ne 1 ] || [ "${1#-}" != "$1" ]; then
  usage
fi
file=$1

fail() {
  echo "restore.sh: $2" >&2
  exit "$1"
}

# One program of the image, with the journal of an instance: INSTANCE PROGRAM ARGUMENT...
with_journal() {
  instance=$1
  program=$2
  shift 2
  compose run --rm --no-deps -T --entrypoint "$program" "$instance" "$@"
}

[ -r "$file" ] || fail 65 "there is no file $file" # EX_DATAERR
[ -r "$file.sha256" ] || fail 65 "there is no $file.sha256 beside it"
[ "$(sha256sum <"$file" | cut -d' ' -f1)" = "$(cut -d' ' -f1 <"$file.sha256")" ] ||
  fail 65 "$file is damaged: its checksum is another one"
umask 077
work=$(mktemp -d "${TMPDIR:-/tmp}/restore.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
# All but the dump, which may be large: that one is read as it is needed.
tar -C "$work" -xf "$file" --exclude=dump.gz || fail 65 "$file is not a whole backup, or $work has no room for its journals"
[ "$(sed -n 1p "$work/manifest")" = "format 1" ] || fail 65 "$file is of another version"
tar -tf "$file" | grep -qx dump.gz ||
  fail 78 "$file holds no database: restore that where it is, then unpack the journals as README.md says"

dump() {
  tar -xOf "$file" dump.gz
}
dump | gzip -t || fail 65 "the dump in $file is not whole"

[ -r "$here/.env" ] || fail 78 "there is no $here/.env; the backup has one: tar -xOf $file env"
if grep -q '^MONGODB_HOSTS=.' "$here/.env"; then
  fail 78 "the database is at MONGODB_HOSTS, not in this Compose file: restore it where it is"
fi
for variable in MONGODB_ROOT_PASSWORD MONGODB_PASSWORD; do
  [ "$(grep "^$variable=" "$work/env")" = "$(grep "^$variable=" "$here/.env")" ] ||
    fail 78 "$variable is another one in $here/.env; users of the database come from the backup, so take that one's"
done

for config in "$work"/goproxy/*.json; do
  name=${config##*/}
  cmp -s "$config" "$here/goproxy/$name" ||
    echo "note: goproxy/$name is not as in the backup; if that one's prices are meant: tar -xf $file goproxy/$name" >&2
done

docker compose version >/dev/null 2>&1 || fail 69 "docker compose does not answer" # EX_UNAVAILABLE
for instance in $instances; do
  case $(state "$instance") in
    missing* | created* | exited* | dead*) ;;
    *) fail 75 "$instance runs, or is started again and again; first: docker compose stop $instances" ;; # EX_TEMPFAIL
  esac
done
case $(state mongodb) in
  "running "*) ;;
  *) fail 69 "mongodb does not run; first: docker compose up -d --wait mongodb" ;;
esac

if [ "$keep_journals" = no ]; then
  for instance in $instances; do
    found=$(with_journal "$instance" find /app/journal -maxdepth 1 -name '*.journal' </dev/null) ||
      fail 69 "the journal of $instance could not be read"
    [ -z "$found" ] ||
      fail 75 "the journal of $instance holds something, and is newer than the backup's: --keep-journals keeps it"
  done
fi
# Before anything is given up: whether the tools take the dump, and the password is right.
dump | compose exec -T mongodb bash /opt/mongodb/restore.sh --dryRun >&2 ||
  fail 69 "the dump would not be taken; nothing was changed"
code=0
compose exec -T -e "DROP=$drop" mongodb mongosh --quiet --norc /opt/mongodb/is-empty.js </dev/null >&2 || code=$?
case $code in
  0) ;;
  3) fail 75 "with --drop that is given up" ;;
  *) fail 69 "the database does not answer" ;;
esac

dump | compose exec -T mongodb bash /opt/mongodb/restore.sh >&2 ||
  fail 69 "the dump was not restored whole; mend what is said above, and begin again with --drop"
if [ "$keep_journals" = no ]; then
  # Both aside first, so that nothing is there if one of them is not whole.
  # shellcheck disable=SC2016 # for the shell in the container
  for instance in $instances; do
    with_journal "$instance" sh -c 'rm -rf "$1/restoring" && mkdir "$1/restoring" && tar -C "$1/restoring" -xzf -' \
      sh /app/journal <"$work/journals/$instance.tar.gz" >&2 ||
      fail 69 "the journal of $instance was not restored; its requests would not be charged; begin again with --drop"
  done
  # shellcheck disable=SC2016
  for instance in $instances; do
    with_journal "$instance" sh -c 'find "$1/restoring" -mindepth 1 -maxdepth 1 -exec mv {} "$1" \; && rmdir "$1/restoring"' sh /app/journal </dev/null >&2 ||
      fail 69 "the journal of $instance was not restored; move what is in its folder restoring to /app/journal"
  done
fi
echo "restored the database as it was at $(sed -n 's/^dumped //p' "$work/manifest")" >&2

# Holds that expired since then and rows on their way to the log are for the instances to mend.
code=0
compose run --rm --no-deps -T goproxy-openhands audit --json </dev/null >"$work/audit" || code=$?
if [ "$code" -gt 1 ] || ! tail -n 1 "$work/audit" | grep -q '"type":"summary"'; then
  fail 69 "the audit could not be run; run it before you start the instances"
fi
grep '"type":"difference"' "$work/audit" |
  grep -v -e '"kind":"orphan-hold"' -e '"kind":"not-drained"' >"$work/wrong" || :
tail -n 1 "$work/audit"
if [ -s "$work/wrong" ]; then
  cat "$work/wrong"
  fail 1 "the books do not agree; do not start the instances before you know why"
fi
echo "next: docker compose up -d --wait, then: docker compose exec goproxy-openhands /app/gateway audit" >&2
