#!/bin/sh
# Backs up the database, the journals of both instances and the settings of this machine into one
# file, while everything runs.
#
#   backup.sh [--without-database] DIRECTORY
#
#   --without-database   it is elsewhere (MONGODB_HOSTS) and was backed up there just before
#
# Writes DIRECTORY/trollllm-TIME.tar and its checksum, trollllm-TIME.tar.sha256, TIME in UTC. Both
# get their names when they are complete and were found to be whole; only their owner can read them:
# they hold keys of users and upstreams, and passwords. The newest BACKUP_KEEP (14) stay. That it can
# be restored is known when it was: rehearse it, as README.md says.
#
# In it: dump.gz, the database as it was when the dump ended; journals/*.tar.gz, as they were
# right after that; env and goproxy/*.json; manifest. Not in it: the certificate, which is issued anew.
#
# Exit code 0: it is there; 64: wrong arguments; 69: something did not answer, nothing was written;
# 78: the database is elsewhere. Needs docker compose, gzip, tar and sha256sum.
set -eu

instances="goproxy-openhands goproxy-ohmygpt"
keep=${BACKUP_KEEP:-14}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=SCRIPTDIR/compose.sh
. "$here/compose.sh"

usage() {
  sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p;}' "$0" >&2
  exit 64 # EX_USAGE
}

# What programs said on the way matters only if one failed.
fail() {
  [ -z "${work:-}" ] || ! [ -s "$work/said" ] || cat "$work/said" >&2
  echo "backup.sh: $1" >&2
  exit "${2:-69}" # EX_UNAVAILABLE
}

database=yes
if [ "${1:-}" = --without-database ]; then
  database=no
  shift
fi
if [ $# -ne 1 ] || [ "${1#-}" != "$1" ]; then
  usage
fi
directory=$1

case $keep in
  '' | 0 | *[!0-9]*) fail "BACKUP_KEEP must be a number above 0" 64 ;;
esac
[ -r "$here/.env" ] || fail "there is no $here/.env" 78
if [ "$database" = yes ] && grep -q '^MONGODB_HOSTS=.' "$here/.env"; then
  fail "the database is at MONGODB_HOSTS, not in this Compose file: back it up where it is, then: backup.sh --without-database" 78 # EX_CONFIG
fi

docker compose version >/dev/null 2>&1 || fail "needs docker with its compose plugin"
umask 077
mkdir -p "$directory" || fail "$directory cannot be made"
name=trollllm-$(date -u +%Y%m%dT%H%M%SZ)
work=$(mktemp -d "$directory/.$name.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
into=$work/content
mkdir -p "$into/journals" "$into/goproxy"

cp "$here/.env" "$into/env"
cp "$here"/goproxy/*.json "$into/goproxy/"
begun=$(date -u +%Y-%m-%dT%H:%M:%SZ)

dump() {
  compose exec -T mongodb bash /opt/mongodb/dump.sh </dev/null >"$into/dump.gz" 2>>"$work/said" ||
    fail "the database could not be dumped"
  gzip -t "$into/dump.gz" 2>>"$work/said" || fail "the dump is not whole"
  dumped=$(date -u +%Y-%m-%dT%H:%M:%SZ)
}

# Files change while tar reads them, which is its exit code 1; readers of a journal leave out what is
# not whole. If files came or went meanwhile, one may be missing that requests were moved to: 3.
# shellcheck disable=SC2016 # for the shell in the container
copy_folder='cd "$1" || exit 2
  before=$(ls | grep "[.]journal$")
  tar --exclude="*.free" -cf - . || [ $? -eq 1 ] || exit 2
  [ "$before" = "$(ls | grep "[.]journal$")" ] || exit 3'

journal() {
  for attempt in 1 2 3 4 5; do
    code=0
    compose run --rm --no-deps -T --entrypoint sh "$1" -c "$copy_folder" sh /app/journal \
      </dev/null >"$into/journals/$1.tar" 2>>"$work/said" || code=$?
    [ "$code $attempt" != "3 5" ] || fail "the journal of $1 changed its files at every attempt"
    [ "$code" -eq 3 ] || break
  done
  [ "$code" -eq 0 ] || fail "the journal of $1 could not be read"
  # Cut off between two files it would be read without complaint, but lacks the zeros at its end.
  if [ "$(tail -c 1024 "$into/journals/$1.tar" | tr -d '\0' | wc -c)" -ne 0 ] ||
    ! tar -tf "$into/journals/$1.tar" >/dev/null 2>>"$work/said"; then
    fail "the journal of $1 was not read whole"
  fi
  gzip "$into/journals/$1.tar"
}

dumped=-
[ "$database" = no ] || dump
# At once: a request that was under way when the dump ended is charged by the journal if it is still
# under way now.
for instance in $instances; do
  journal "$instance"
done
# Whether the tools take it, and the database's password is right; nothing is written.
[ "$database" = no ] || compose exec -T mongodb bash /opt/mongodb/restore.sh --dryRun \
  <"$into/dump.gz" >>"$work/said" 2>&1 || fail "the dump could not be restored"

cat >"$into/manifest" <<END
format 1
begun $begun
dumped $dumped
END
set -- manifest env goproxy journals
[ "$database" = no ] || set -- "$@" dump.gz
tar -C "$into" -cf "$work/$name.tar" "$@"
(cd "$work" && sha256sum "$name.tar" >"$name.tar.sha256")
sync
tar -df "$work/$name.tar" -C "$into" || fail "the backup reads otherwise than it was written"
(cd "$work" && sha256sum -c --quiet "$name.tar.sha256") || fail "the backup cannot be read again"
mv "$work/$name.tar.sha256" "$directory/"
mv "$work/$name.tar" "$directory/"
echo "$directory/$name.tar"

# By name, which is by age.
set -- "$directory"/trollllm-*Z.tar
while [ $# -gt "$keep" ]; do
  rm -f "$1" "$1.sha256"
  echo "removed $1"
  shift
done
