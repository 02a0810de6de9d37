#!/bin/sh
# Starts nginx, and has it read its configuration again whenever the certificate was renewed.
# Arguments are nginx's own.
#
#   CERTIFICATE                 the file that is watched
#   CERTIFICATE_CHECK_SECONDS   how often (60)
set -eu

certificate=${CERTIFICATE:-/etc/letsencrypt/live/trollllm.xyz/fullchain.pem}

# nginx takes the place of this shell, so $$ is nginx as well.
watch_certificate() {
  known=$(cksum <"$certificate")
  while sleep "${CERTIFICATE_CHECK_SECONDS:-60}" && kill -0 $$; do
    # It is missing for a moment while the placeholder gives way to it.
    now=$(cksum 2>/dev/null <"$certificate") || continue
    if [ "$now" != "$known" ]; then
      # With a certificate that cannot be used nginx goes on with the one it has, and says why.
      kill -HUP $$
      known=$now
    fi
  done
}

[ -r "$certificate" ] || {
  echo "nginx/start.sh: no certificate at $certificate; run certificates.sh placeholder first" >&2
  exit 78 # EX_CONFIG
}
watch_certificate &
exec nginx -g 'daemon off;' "$@"
