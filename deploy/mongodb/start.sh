#!/bin/bash
# Starts MongoDB as a replica set of one with authentication, which requires a key for the set's
# members to know each other by; it is made once, beside the data.
set -euo pipefail

key=/data/configdb/keyfile
if ! [ -s "$key" ]; then
  (umask 077 && head -c 756 /dev/urandom | base64 -w 0 >"$key.new" && mv "$key.new" "$key")
fi
exec docker-entrypoint.sh mongod --replSet rs0 --keyFile "$key" --bind_ip_all "$@"
