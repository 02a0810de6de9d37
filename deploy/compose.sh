# Sourced by the scripts beside it, with their folder in $here: Docker Compose with the Compose file
# and .env of this folder, whatever is exported where they are run, and from wherever that is.
# shellcheck shell=sh disable=SC2154

# shellcheck disable=SC2016 # the text, not a value
for exported in COMPOSE_PROJECT_NAME COMPOSE_PROFILES \
  $(grep -o '\${[A-Z_]*' "$here/docker-compose.prod.yml" | tr -d '${'); do
  unset "$exported"
done

compose() {
  docker compose --project-directory "$here" --env-file "$here/.env" \
    -f "$here/docker-compose.prod.yml" "$@"
}

# The container of a service that runs, or is paused or started again; empty if there is none.
container() {
  compose ps -q "$1" 2>/dev/null | head -n 1
}

# "running healthy 0": what a service's container does, its health, how often it was restarted.
state() {
  id=$(container "$1")
  if [ -z "$id" ]; then
    echo "missing none 0"
    return
  fi
  docker inspect -f \
    '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.RestartCount}}' \
    "$id" 2>/dev/null || echo "missing none 0"
}
