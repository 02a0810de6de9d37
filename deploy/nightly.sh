#!/bin/sh
# What to run every night: a backup and an audit. Says nothing if both are well, so that whatever it
# says is worth a mail.
#
#   nightly.sh DIRECTORY
#
# DIRECTORY is where backup.sh writes to; if the database is elsewhere (MONGODB_HOSTS), back it up
# there just before. The audit runs in a container of its own, since it takes memory. Users who were too
# busy to be compared are compared again after NIGHTLY_PAUSE (60) seconds.
#
# Exit code: the backup's if it failed, else the audit's; 69 if neither could be begun.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=SCRIPTDIR/compose.sh
. "$here/compose.sh"

if [ $# -ne 1 ] || [ "${1#-}" != "$1" ]; then
  sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p;}' "$0" >&2
  exit 64 # EX_USAGE
fi
if ! [ -r "$here/.env" ] || ! docker compose version >/dev/null 2>&1; then
  echo "nightly.sh: nothing was backed up or audited: needs $here/.env, and docker with its compose plugin" >&2
  exit 69 # EX_UNAVAILABLE
fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT

set -- "$1"
! grep -q '^MONGODB_HOSTS=.' "$here/.env" || set -- --without-database "$1"
backup=0
"$here/backup.sh" "$@" >"$said" 2>&1 || backup=$?
[ "$backup" -eq 0 ] || cat "$said" >&2

compare() {
  audit=0
  compose run --rm --no-deps -T goproxy-openhands audit </dev/null >"$said" 2>&1 || audit=$?
}

compare
if [ "$audit" -eq 75 ]; then
  sleep "${NIGHTLY_PAUSE:-60}"
  compare
fi
[ "$audit" -eq 0 ] || cat "$said" >&2

[ "$backup" -eq 0 ] || exit "$backup"
exit "$audit"
