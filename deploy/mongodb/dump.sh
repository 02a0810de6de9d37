#!/bin/bash
# Writes everything that the database holds to standard output, as it was when the dump ended: what
# is written meanwhile is taken from the log of operations. backup.sh runs it in the container.
set -euo pipefail

# By file, so that the password stands in no list of processes.
# One collection at a time: it shares the memory of the container with the database.
exec mongodump --archive --gzip --oplog --numParallelCollections=1 \
  --username "$MONGO_INITDB_ROOT_USERNAME" --authenticationDatabase admin \
  --config <(printf 'password: "%s"\n' "$MONGO_INITDB_ROOT_PASSWORD")
