#!/bin/sh
# Backs up the database, the journals of both instances and the settings of this machine into one
# file, while everything runs.
#
#   backup.sh DIRECTORY
#
# Writes DIRECTORY/trollllm-TIME.tar and its checksum, trollllm-TIME.tar.sha256, TIME in UTC. Both
# get their names when they are complete and have been read again; only their owner can read them:
# they hold keys of users and upstreams, and passwords. The newest BACKUP_KEEP (14) stay.
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

if [ $# -ne 1 ] || [ "${1#-}" != "$1" ]; then
  sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p;}' "$0" >&2
  exit 64 # EX_USAGE
fi
directory=$1

fail() {
  echo "backup.sh: $1" >&2
  exit "${2:-69}" # EX_UNAVAILABLE
}

compose() {
  docker compose -f "$here/docker-compose.prod.yml" "$@"
}

case $keep in
  '' | 0 | *[!0-9]*) fail "BACKUP_KEEP must be a number above 0" 64 ;;
esac
[ -r "$here/.env" ] || fail "there is no $here/.env" 78
if grep -q '^MONGODB_HOSTS=.' "$here/.env"; then
  fail "the database is at MONGODB_HOSTS, not in this Compose file: back it up where it is" 78 # EX_CONFIG
fi

umask 077
mkdir -p "$directory"
name=trollllm-$(date -u +%Y%m%dT%H%M%SZ)
work=$(mktemp -d "$directory/.$name.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
into=$work/content
mkdir -p "$into/journals" "$into/goproxy"

cp "$here/.env" "$into/env"
cp "$here"/goproxy/*.json "$into/goproxy/"
begun=$(date -u +%Y-%m-%dT%H:%M:%SZ)

compose exec -T mongodb bash /opt/mongodb/dump.sh </dev/null >"$into/dump.gz" ||
  fail "the database could not be dumped"
dumped=$(date -u +%Y-%m-%dT%H:%M:%SZ)

# At once: a request that was under way when the dump ended is charged by the journal if it is still
# under way now. Files change while tar reads them, which is its exit code 1; readers of a journal
# leave out what is not whole.
for instance in $instances; do
  code=0
  compose run --rm --no-deps -T --entrypoint tar "$instance" -C /app/journal -cf - . \
    </dev/null >"$into/journals/$instance.tar" || code=$?
  [ "$code" -le 1 ] || fail "the journal of $instance could not be read"
  tar -tf "$into/journals/$instance.tar" >/dev/null || fail "the journal of $instance was not read whole"
  gzip "$into/journals/$instance.tar"
done

gzip -t "$into/dump.gz" || fail "the dump is not whole"
compose exec -T mongodb bash /opt/mongodb/restore.sh --dryRun <"$into/dump.gz" ||
  fail "the dump could not be restored"

cat >"$into/manifest" <<END
format 1
begun $begun
dumped $dumped
END
tar -C "$into" -cf "$work/$name.tar" manifest env goproxy journals dump.gz
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
  echo "backup.sh: removed $1" >&2
  shift
done
