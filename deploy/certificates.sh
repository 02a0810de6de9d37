#!/bin/sh
# The certificate of both domains: one for both names, at /etc/letsencrypt/live/trollllm.xyz.
#
#   certificates.sh placeholder   a self-signed one that nginx can start with, if there is none
#   certificates.sh issue         a real one in its place, proved through nginx on port 80
#   certificates.sh renew         a new one if the real one is due; nothing if there is none
#   certificates.sh run           placeholder, then issue and renew for ever: the service certbot
#   certificates.sh status        which one is there, and until when
#
# nginx notices by itself (nginx/start.sh). Needs certbot and openssl, as in the image certbot/certbot.
#
#   ACME_EMAIL          where Let's Encrypt writes to; without it, nowhere
#   ACME_SERVER         directory of another authority, such as Let's Encrypt's staging:
#                       https://acme-staging-v02.api.letsencrypt.org/directory
#   LETSENCRYPT_DIR     /etc/letsencrypt
#   ACME_WEBROOT        /var/www/certbot, which nginx serves
#   CERTBOT_WORK_DIR    /var/lib/letsencrypt
#   CERTBOT_LOGS_DIR    /var/log/letsencrypt
set -eu

name=trollllm.xyz
names="chat.trollllm.xyz chat2.trollllm.xyz"
directory=${LETSENCRYPT_DIR:-/etc/letsencrypt}
live=$directory/live/$name
aside=$directory/placeholder
renewal_hours=12
# Let's Encrypt takes five failures an hour.
retry_minutes=20

say() {
  echo "certificates.sh: $1" >&2
}

# The placeholder lies aside, and live leads to it; certbot wants live for itself.
is_placeholder() {
  [ -L "$live" ]
}

is_real() {
  [ -f "$live/fullchain.pem" ] && ! is_placeholder
}

placeholder() {
  if [ -f "$live/fullchain.pem" ]; then
    return 0
  fi
  mkdir -p "$directory/live" "$aside"
  chmod 700 "$aside"
  alternatives=$(for each in $names; do printf ',DNS:%s' "$each"; done)
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj "/CN=placeholder of $name" -addext "subjectAltName=${alternatives#,}" \
    -keyout "$aside/privkey.pem" -out "$aside/fullchain.pem" 2>/dev/null
  ln -sfn ../placeholder "$live"
  say "a placeholder is at $live"
}

# Runs certbot with what all its commands share.
run_certbot() {
  certbot "$@" --non-interactive --config-dir "$directory" \
    --work-dir "${CERTBOT_WORK_DIR:-/var/lib/letsencrypt}" \
    --logs-dir "${CERTBOT_LOGS_DIR:-/var/log/letsencrypt}"
}

issue() {
  if is_real; then
    say "there is a certificate at $live already; renew replaces it when it is due"
    return 0
  fi
  if [ -n "${ACME_EMAIL:-}" ]; then
    set -- --email "$ACME_EMAIL"
  else
    set -- --register-unsafely-without-email
  fi
  [ -z "${ACME_SERVER:-}" ] || set -- "$@" --server "$ACME_SERVER"
  for each in $names; do
    set -- "$@" --domain "$each"
  done
  # nginx goes on with the placeholder that it has in memory. If certbot fails, it is put back.
  rm -f "$live"
  if ! run_certbot certonly --webroot --webroot-path "${ACME_WEBROOT:-/var/www/certbot}" \
    --cert-name "$name" --agree-tos --no-eff-email --keep-until-expiring "$@"; then
    [ -e "$live" ] || ln -sfn ../placeholder "$live"
    placeholder
    say "no certificate was issued; do both names lead here (check-dns.sh), and is port 80 open?"
    return 1
  fi
  say "a certificate for $names is at $live"
}

renew() {
  if ! is_real; then
    say "there is no certificate to renew; issue comes first"
    return 0
  fi
  run_certbot renew --cert-name "$name" --no-random-sleep-on-renew "$@"
}

run() {
  trap 'exit 0' TERM INT
  placeholder
  while :; do
    if is_real; then
      renew --quiet || say "the renewal failed and is tried again in $renewal_hours hours"
      pause=$((renewal_hours * 3600))
    elif issue; then
      pause=$((renewal_hours * 3600))
    else
      pause=$((retry_minutes * 60))
    fi
    # In the background, so that a signal ends the wait.
    sleep "$pause" &
    wait $!
  done
}

status() {
  if ! [ -f "$live/fullchain.pem" ]; then
    say "there is no certificate at $live"
    return 1
  fi
  openssl x509 -in "$live/fullchain.pem" -noout -issuer -enddate -ext subjectAltName
  ! is_placeholder || say "this is the placeholder, which no client trusts"
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
  placeholder | issue | renew | run | status) "$command" "$@" ;;
  *)
    sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p;}' "$0" >&2
    exit 64 # EX_USAGE
    ;;
esac
