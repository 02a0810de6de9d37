#!/bin/bash
# Reads what dump.sh wrote from standard input into a database that has nothing of it. restore.sh
# runs it in the container; with --dryRun, backup.sh does, and nothing is written.
set -euo pipefail

# The whole of the dump or nothing: --oplogReplay takes no selection.
exec mongorestore --archive --gzip --oplogReplay "$@" \
  --username "$MONGO_INITDB_ROOT_USERNAME" --authenticationDatabase admin \
  --config <(printf 'password: "%s"\n' "$MONGO_INITDB_ROOT_PASSWORD")
