#!/bin/sh
# Switches chat2 to another profile, or all instances to another version, checks that it works, and
# rolls back by itself if it does not. Run it beside docker-compose.prod.yml, on the machine itself.
#
#   switch.sh [--keep] PROFILE            chat2 runs with goproxy/PROFILE.json
#   switch.sh [--keep] --back             chat2 runs with its profile before; twice is forth again
#   switch.sh [--keep] --version TAG      both instances and the backend run trollllm-gateway:TAG,
#                                         one instance after the other
#   switch.sh [--keep] --version --back   they run the version before
#   switch.sh --status                    what is configured, what runs, and whether they agree
#
#   --keep   stay with what does not work, to look at it, instead of rolling back
#
# The same profile or version again applies a file that was edited, or an image that was built anew.
# Environment:
#
#   SMOKE_KEY          the key of a user with credit in both fields: every model is tried before and
#                      after, for real money. Without it nothing is tried.
#   SMOKE_URL          chat2 as clients name it (https://chat2.trollllm.xyz)
#   SMOKE_CHAT_URL     chat as clients name it (https://chat.trollllm.xyz)
#   SMOKE_CONNECT_TO   where to connect for both (nginx, the container); empty: where DNS leads
#   SMOKE_CACERT       a file of certificates to trust instead of the usual authorities
#   HEALTHY_SECONDS    how long a service may take until it is healthy (180)
#
# Exit code 0: done; 1: it did not work, and was rolled back or kept, or could not be tried; 64: wrong arguments; 69: docker
# or another program is missing or fails; 75: another switch is at work; 78: something is wrong with
# .env, the profile or the key. With 64 and above nothing was changed.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
env_file=$(readlink -f "$here/.env")
# shellcheck source=SCRIPTDIR/compose.sh
. "$here/compose.sh"
exec </dev/null # so that no container reads what is typed

say() {
  printf '%s\n' "switch.sh: $1"
}

fail() {
  printf '%s\n' "switch.sh: $2" >&2
  exit "$1"
}

usage() {
  sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p;}' "$0" >&2
  exit 64 # EX_USAGE
}

# --- .env ---------------------------------------------------------------------------------------

# The value of a variable in .env; empty if there is none. check_env sees to it that it stands alone.
value() {
  sed -n "s/^$1=//p" "$env_file"
}

# Sets variables in .env at once, each as NAME=VALUE without blanks; an empty value removes one.
# Everything else in it, its mode and its owner stay.
write_env() {
  (umask 077 && cp -p "$env_file" "$env_file.new")
  awk -v assignments="$*" '
    BEGIN {
      count = split(assignments, assignment, " ")
      for (i = 1; i <= count; i++) {
        at = index(assignment[i], "=")
        names[i] = substr(assignment[i], 1, at - 1)
        values[names[i]] = substr(assignment[i], at + 1)
      }
    }
    {
      name = $0
      sub(/=.*/, "", name)
      if (!(name in values)) { print; next }
      if (!(name in written) && values[name] != "") print name "=" values[name]
      written[name] = 1
    }
    END {
      for (i = 1; i <= count; i++)
        if (!(names[i] in written) && values[names[i]] != "") print names[i] "=" values[names[i]]
    }' "$env_file" >"$env_file.new"
  mv -f "$env_file.new" "$env_file"
}

check_env() {
  [ -f "$env_file" ] || fail 78 "there is no .env beside me; begin with: cp .env.example .env"
  if [ -n "$(find "$env_file" -prune \( -perm -004 -o -perm -002 -o -perm -020 \))" ]; then
    fail 78 ".env holds secrets and others may read or change it; first: chmod 600 $env_file"
  fi
  # Docker Compose reads more than this script can keep: quotes, comments behind values, other signs.
  for name in OHMYGPT_CONFIG OHMYGPT_CONFIG_BEFORE GATEWAY_VERSION GATEWAY_VERSION_BEFORE SWITCH_UNDER_WAY; do
    lines=$(grep -n "^[[:space:]]*\(export[[:space:]][[:space:]]*\)\{0,1\}${name}[[:space:]]*[=:]" "$env_file" || :)
    [ -n "$lines" ] || continue
    plain=$(printf '%s\n' "$lines" | grep -c "^[0-9]*:$name=[A-Za-z0-9_.:-]*\$" || :)
    [ "$plain of $(printf '%s\n' "$lines" | wc -l)" = "1 of 1" ] || fail 78 ".env must have one line $name=VALUE without quotes, blanks or a comment behind it, and has:
$lines"
  done
  present=$(value OHMYGPT_CONFIG)
  present=$here/goproxy/${present:-$default_profile}
  # Docker makes a folder of a file that is to be mounted and is not there.
  [ -f "$present" ] || fail 78 "OHMYGPT_CONFIG in .env names $present, which is no file; (remove the folder if it is one, and) \
write one of these there:
$(profiles | sed 's/^/  /')"
}

# --- Docker -------------------------------------------------------------------------------------

# The same for people: "running, healthy"
state_told() {
  state "$1" | sed 's/^\([a-z]*\) \([a-z]*\) \([0-9]*\)$/\1, \2, restarted \3 times/; s/, restarted 0 times$//; s/, none$//'
}

is_healthy() {
  case $(state "$1") in
    "running healthy "*) return 0 ;;
    *) return 1 ;;
  esac
}

# The value of the variable with which a service's container was created.
running() {
  id=$(container "$2")
  [ -n "$id" ] || return 0
  case "$1 $2" in
    "OHMYGPT_CONFIG backend")
      docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' "$id" |
        sed -n 's,^GOPROXY_OHMYGPT_CONFIG_PATH=.*/,,p'
      ;;
    OHMYGPT_CONFIG*)
      source=$(docker inspect -f \
        '{{range .Mounts}}{{if eq .Destination "/app/config.json"}}{{.Source}}{{end}}{{end}}' "$id")
      echo "${source##*/}"
      ;;
    GATEWAY_VERSION*)
      image=$(docker inspect -f '{{.Config.Image}}' "$id")
      echo "${image##*:}"
      ;;
  esac
}

# What `gateway check` says of a service: "upstream openhands, paid from credits"
route() {
  awk -F '  +' -v service="$1" '$2 == service { print "upstream " $5 ", paid from " $7 }' |
    sort -u | paste -s -d ';' -
}

# --- Steps --------------------------------------------------------------------------------------

lock() {
  command -v flock >/dev/null || fail 69 "needs flock (Debian: apt install util-linux)"
  # Also held by a docker compose that survives this script: what it does is under way, too.
  exec 9>"$here/.switch.lock"
  flock -n 9 || fail 75 "another switch is at work; wait for it to end"
  rm -f "$env_file.new"
}

profiles() {
  grep -l '"service"[[:space:]]*:[[:space:]]*"goproxy-ohmygpt"' "$here"/goproxy/*.json |
    sed 's,.*/,,'
}

# The name of a profile's file, however it was written.
profile() {
  name=${1##*/}
  name=${name%.json}.json
  profiles | grep -qxF -- "$name" || fail 78 "chat2 has no profile $1; there are:
$(profiles | sed 's/^/  /')"
  echo "$name"
}

# Runs what is to run in the image that is to run, and changes nothing.
check_target() {
  if [ "$variable" = GATEWAY_VERSION ]; then
    docker image inspect -f '{{.Id}}' "trollllm-gateway:$target" >/dev/null 2>&1 ||
      fail 78 "there is no image trollllm-gateway:$target; build or load it first"
    config=$(value OHMYGPT_CONFIG)
    checked=${config:-$default_profile}
  else
    checked=$target
  fi
  code=0
  report=$(
    [ "$variable" != GATEWAY_VERSION ] || export GATEWAY_VERSION="$target"
    compose run --rm --no-deps -T -v "$here/goproxy:/app/goproxy:ro" goproxy-ohmygpt \
      check --keys /app/goproxy/config-openhands-prod.json "/app/goproxy/$checked" 2>&1
  ) || code=$?
  case $code in
    0) ;;
    78)
      printf '%s\n' "$report" | grep -v '^chat\|^domain\|^ \|^Prices\|^$' >&2 || :
      fail 78 "$target does not pass the check above; nothing was changed"
      ;;
    *)
      printf '%s\n' "$report" >&2
      fail 69 "$target could not be checked, see above; nothing was changed"
      ;;
  esac
  say "checked: $checked leads chat2 to $(printf '%s\n' "$report" | route goproxy-ohmygpt)"
}

check_nginx() {
  report=$(compose exec -T nginx nginx -t 2>&1) || {
    printf '%s\n' "$report" >&2
    if [ "$back" = yes ]; then
      say "nginx does not run or its configuration is wrong, see above; going back all the same"
      return
    fi
    fail 69 "nginx does not run or its configuration is wrong, see above; nothing was changed"
  }
}

tell_present_state() {
  for instance in $instances; do
    if is_healthy "$instance"; then
      say "before: $instance is healthy, with $(running "$variable" "$instance")"
    else
      say "before: $instance is NOT healthy: $(state_told "$instance")"
    fi
  done
}

# Tries every model of an instance through nginx, in a container of the image: INSTANCE OPTION...
smoke() {
  instance=$1
  shift
  case $instance in
    goproxy-ohmygpt) set -- --url "$smoke_url" --other-url "$smoke_chat_url" "$@" ;;
    *) set -- --url "$smoke_chat_url" --other-url "$smoke_url" "$@" ;;
  esac
  [ -z "$connect_to" ] || set -- "$@" --connect-to "$connect_to"
  set -- "$instance" smoke "$@"
  if [ -n "${SMOKE_CACERT:-}" ]; then
    set -- -v "$(readlink -f "$SMOKE_CACERT"):/app/smoke-ca.pem:ro" "$@" --cacert /app/smoke-ca.pem
  fi
  # The key is handed over by its name, so that it stands in no list of processes.
  compose run --rm --no-deps -T -e SMOKE_KEY "$@"
}

smoke_before() {
  if [ -z "${SMOKE_KEY:-}" ]; then
    say "SMOKE_KEY is not set: no request is tried, before or after"
    return
  fi
  if [ "$back" = yes ]; then
    say "going back: nothing is tried as it is"
    return
  fi
  # Whatever file the instance runs with now: that it is wrong may be why it is switched.
  for each in $instances; do
    say "trying every model of $each as it is"
    code=0
    smoke "$each" || code=$?
    case $code in
      0) ;;
      69)
        unreachable="$unreachable $each"
        say "$each cannot be tried; going on, since that may be why it is switched"
        ;;
      64 | 78) fail 78 "the smoke test cannot be run, see above; nothing was changed" ;;
      *) say "$each does not pass as it is; going on, since that may be why it is switched" ;;
    esac
  done
}

recreate() {
  say "recreating $1; requests under way have 25 s to end"
  compose up -d --no-deps --force-recreate "$1" || {
    say "docker compose failed, see above"
    return 1
  }
  await_healthy "$1"
}

# After chat2, with the same profile and version. It decides over nothing but itself.
recreate_price_page() {
  say "recreating backend"
  if ! compose up -d --no-deps --force-recreate backend || ! await_healthy backend; then
    say "WARNING: the price page does not work, see above; chat2 does"
  fi
}

await_healthy() {
  deadline=$(($(date +%s) + healthy_seconds))
  while :; do
    now=$(state "$1")
    case $now in
      "running healthy "*)
        say "$1 is healthy"
        return 0
        ;;
      *" "[3-9] | *" "[1-9][0-9]*)
        say "$1 ends again and again; its last words:"
        break
        ;;
    esac
    if [ "$(date +%s)" -ge "$deadline" ]; then
      say "$1 is not healthy after $healthy_seconds s ($(state_told "$1")); its last words:"
      break
    fi
    sleep 1
  done
  compose logs --no-color --tail 5 "$1" || :
  return 1
}

# Has one instance run as .env says, and tries it: INSTANCE tried|untried. nginx finds new containers by
# itself within a second; to reload it would close idle connections of chat's clients, too, some of
# which are just being used.
apply() {
  recreate "$1" || return 1
  if [ "$2" = tried ] && [ -n "${SMOKE_KEY:-}" ]; then
    try "$1" || return 1
  fi
  [ "$1" != goproxy-ohmygpt ] || recreate_price_page
}

# Fails if the instance does; that it cannot be tried for other reasons is told and remembered.
try() {
  say "trying every model of $1 as it is now"
  code=0
  smoke "$1" --config /app/config.json --attempts 2 || code=$?
  case "$code $unreachable " in
    "0 "*) ;;
    "64 "* | "78 "* | "69 "*" $1 "*)
      untried="$untried $1"
      say "$1 could not be tried, see above; it stays as it is now"
      ;;
    *)
      say "$1 does not pass"
      return 1
      ;;
  esac
}

# One instance after the other; the next only if this one is well, or if all are to go back anyway.
apply_all() {
  well=yes
  for each in $instances; do
    touched="$touched $each"
    apply "$each" tried || well=no
    [ "$well" = yes ] || [ "$back" = yes ] || break
  done
  [ "$well" = yes ]
}

# Whatever may run with something else now, and nothing else; each whether or not the others are well.
undo() {
  well=yes
  for each in $instances; do
    case " $touched " in
      *" $each "*) apply "$each" untried || well=no ;;
    esac
  done
  [ "$well" = yes ]
}

# While a switch is under way, .env says what was good: VARIABLE:VALUE:VALUE-BEFORE
under_way="$(value SWITCH_UNDER_WAY 2>/dev/null || :)"

# Takes over from a switch that did not come to its end.
take_over() {
  [ -n "$under_way" ] || return 0
  other=${under_way%%:*}
  rest=${under_way#*:}
  say "an earlier switch was interrupted: $other was ${rest%%:*}, .env says $(value "$other")"
  if [ "$other" != "$variable" ]; then
    flag=
    [ "$other" != GATEWAY_VERSION ] || flag="--version "
    fail 78 "that was another kind of switch; end it first: switch.sh ${flag}--back"
  fi
  from=${rest%%:*}
  before=${rest#*:}
  for each in $instances; do
    [ "$(running "$variable" "$each")" = "$from" ] || touched="$touched $each"
  done
}

# "; switch.sh --back goes back to ...", if there is anything to go back to
way_back() {
  former=$(value "${variable}_BEFORE")
  [ -z "$former" ] || echo "; switch.sh ${version_flag}--back goes back to $former"
}

# Going back is never undone: what was left may be worse.
roll_back() {
  if [ "$keep" = yes ] || [ "$back" = yes ] || [ "$target" = "$from" ]; then
    recreate_price_page # it shows what chat2 runs with, well or not
  fi
  if [ "$keep" = yes ] || [ "$back" = yes ]; then
    write_env SWITCH_UNDER_WAY=
    say "FAILED, and kept: $variable is $target$(way_back)"
    exit 1
  fi
  if [ "$target" = "$from" ]; then
    write_env SWITCH_UNDER_WAY=
    say "FAILED, and there is nothing to roll back to: $variable was $from before"
    exit 1
  fi
  say "rolling back to $from"
  write_env "$variable=$from" "${variable}_BEFORE=$before" "SWITCH_UNDER_WAY=$variable:$from:$before"
  if undo; then
    write_env SWITCH_UNDER_WAY=
    say "FAILED, and rolled back: $variable is $from, as before"
  else
    say "FAILED, and the rollback to $from did not succeed either: .env says $from, look at the containers"
  fi
  exit 1
}

interrupted() {
  trap - INT TERM HUP
  if [ "$changed" = yes ]; then
    say "interrupted: run the same again, or switch.sh ${version_flag}--back to go back to $from"
  else
    say "interrupted; nothing was changed"
  fi
  exit "$1"
}

status() {
  check_env
  docker compose version >/dev/null 2>&1 || fail 69 "needs docker with its compose plugin"
  agree=yes
  [ -z "$under_way" ] || {
    agree=no
    rest=${under_way#*:}
    say "a switch was interrupted, or is at work: ${under_way%%:*} was ${rest%%:*} before it"
  }
  for each in "goproxy-openhands GATEWAY_VERSION latest" "goproxy-ohmygpt GATEWAY_VERSION latest" \
    "goproxy-ohmygpt OHMYGPT_CONFIG $default_profile" "backend GATEWAY_VERSION latest" \
    "backend OHMYGPT_CONFIG $default_profile"; do
    # shellcheck disable=SC2086 # three words
    set -- $each
    configured=$(value "$2")
    runs=$(running "$2" "$1")
    say "$1: $2 is ${configured:-$3}, runs with ${runs:-nothing}"
    [ "${configured:-$3}" = "$runs" ] || agree=no
  done
  for service in goproxy-openhands goproxy-ohmygpt; do
    way=$(compose exec -T "$service" /app/gateway check /app/config.json 2>/dev/null | route "$service")
    say "$service is $(state_told "$service"): ${way:-where it leads is not known}"
    is_healthy "$service" || agree=no
  done
  if [ "$agree" = yes ]; then
    say "what is configured is what runs"
  else
    say "NOT everything is as it should be, see above"
    exit 1
  fi
}

# --- What is asked for --------------------------------------------------------------------------

default_profile="config-ohmygpt-prod.json"
smoke_url=${SMOKE_URL:-https://chat2.trollllm.xyz}
smoke_chat_url=${SMOKE_CHAT_URL:-https://chat.trollllm.xyz}
connect_to=${SMOKE_CONNECT_TO-nginx}
healthy_seconds=${HEALTHY_SECONDS:-180}
keep=no
back=no
changed=no
touched=
unreachable=
untried=
wanted=
variable=OHMYGPT_CONFIG
version_flag=
instances=goproxy-ohmygpt
default=$default_profile

[ $# -gt 0 ] || usage
while [ $# -gt 0 ]; do
  case $1 in
    --status)
      [ $# -eq 1 ] || usage
      status
      exit
      ;;
    --keep) keep=yes ;;
    --back) back=yes ;;
    --version)
      variable=GATEWAY_VERSION
      version_flag="--version "
      instances="goproxy-ohmygpt goproxy-openhands"
      default=latest
      ;;
    -*) usage ;;
    *)
      [ -z "$wanted" ] || usage
      wanted=$1
      ;;
  esac
  shift
done
if [ "$back" = yes ]; then
  [ -z "$wanted" ] || usage
else
  [ -n "$wanted" ] || usage
fi

check_env
lock
trap 'interrupted 130' INT
trap 'interrupted 143' TERM
trap 'interrupted 129' HUP
under_way=$(value SWITCH_UNDER_WAY)
from=$(value "$variable")
from=${from:-$default}
before=$(value "${variable}_BEFORE")
take_over

if [ "$back" = yes ] && [ -n "$under_way" ]; then
  target=$from
elif [ "$back" = yes ]; then
  target=$before
  [ -n "$target" ] || fail 78 "there is nothing to go back to: ${variable}_BEFORE is not set in .env"
  [ "$variable" != OHMYGPT_CONFIG ] || target=$(profile "$target")
elif [ "$variable" = OHMYGPT_CONFIG ]; then
  target=$(profile "$wanted")
else
  target=$wanted
  case $target in
    *[!A-Za-z0-9_.-]* | [.-]*) fail 64 "$target is no tag of an image" ;;
  esac
fi

docker compose version >/dev/null 2>&1 || fail 69 "needs docker with its compose plugin"
check_target
check_nginx
tell_present_state
smoke_before

if [ "$target" = "$from" ]; then
  say "applying $variable=$target again"
else
  say "switching $variable from $from to $target"
fi
changed=yes
if [ "$target" = "$from" ]; then
  write_env "$variable=$target" "${variable}_BEFORE=$before" "SWITCH_UNDER_WAY=$variable:$from:$before"
else
  write_env "$variable=$target" "${variable}_BEFORE=$from" "SWITCH_UNDER_WAY=$variable:$from:$before"
fi
apply_all || roll_back
write_env SWITCH_UNDER_WAY=
say "done: $variable is $target$(way_back)"
[ -z "$untried" ] || exit 1
