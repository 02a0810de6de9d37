#!/bin/sh
# Whether both domains lead to this address. The records to create, at whoever serves the zone:
#
#   chat.trollllm.xyz.    300   IN   A   ADDRESS
#   chat2.trollllm.xyz.   300   IN   A   ADDRESS
#
# with a TTL from 300 to 3600 seconds, and no AAAA record unless it leads to this machine as well.
#
#   check-dns.sh [-s RESOLVER] [-p PORT] [-6 IPV6-ADDRESS] ADDRESS [NAME...]
#
#   -s   the name server that is asked: the zone's own, or any resolver (default: the system's)
#   -p   its port (53)
#   -6   what AAAA records may say
#
# Prints every problem. Exit code 0: all is well; 1: it is not; 64: wrong arguments; 69: no dig.
# Needs dig (Debian: bind9-dnsutils, Alpine: bind-tools).
set -eu

usage() {
  sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p;}' "$0" >&2
  exit 64 # EX_USAGE
}

server=
port=53
ipv6=
while getopts s:p:6: option; do
  case $option in
    s) server=$OPTARG ;;
    p) port=$OPTARG ;;
    6) ipv6=$OPTARG ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage
address=$1
shift
[ $# -gt 0 ] || set -- chat.trollllm.xyz chat2.trollllm.xyz

command -v dig >/dev/null || {
  echo "check-dns.sh: needs dig (Debian: apt install bind9-dnsutils)" >&2
  exit 69 # EX_UNAVAILABLE
}

problems=0
problem() {
  echo "problem: $1: $2"
  problems=$((problems + 1))
}

# The whole answer for a name and a type; empty if nobody answers.
ask() {
  dig ${server:+"@$server"} -p "$port" +time=3 +tries=2 +noall +comments +answer "$1" "$2" 2>/dev/null || :
}

# The records of a type in an answer, as lines of "TTL DATA".
records() {
  awk -v type="$1" '$1 !~ /^;/ && $4 == type { print $2, $5 }'
}

# The TTL of a name server that answers for the zone is the one configured; a resolver's counts down.
check_ttl() {
  if [ "$2" -gt 3600 ]; then
    problem "$1" "TTL $2: a change would take hours to be seen; set it to 300 to 3600"
  elif [ "$2" -lt 300 ] && [ "$3" = yes ]; then
    problem "$1" "TTL $2: set it to 300 to 3600"
  fi
}

check_name() {
  name=$1
  answer=$(ask "$name" A)
  status=$(printf '%s\n' "$answer" | sed -n 's/.*status: \([A-Z]*\).*/\1/p')
  case $status in
    NOERROR) ;;
    NXDOMAIN)
      problem "$name" "does not exist; create an A record: $name. 300 IN A $address"
      return
      ;;
    '')
      problem "$name" "no answer from ${server:-the resolver of this system}, port $port"
      return
      ;;
    *)
      problem "$name" "the name server answers $status"
      return
      ;;
  esac
  authoritative=no
  ! printf '%s\n' "$answer" | grep -q '^;; flags:[^;]* aa[ ;]' || authoritative=yes

  alias=$(printf '%s\n' "$answer" | records CNAME | head -n 1)
  if [ -n "$alias" ]; then
    problem "$name" "is a CNAME of ${alias#* }; make it an A record: $name. 300 IN A $address"
  fi
  found=$(printf '%s\n' "$answer" | records A)
  if [ -z "$found" ]; then
    problem "$name" "has no A record; create one: $name. 300 IN A $address"
  fi
  while read -r ttl data; do
    [ -n "$data" ] || continue
    [ "$data" = "$address" ] || problem "$name" "leads to $data instead of $address"
    check_ttl "$name" "$ttl" "$authoritative"
  done <<-END
	$found
	END
  while read -r ttl data; do
    [ -n "$data" ] || continue
    if [ -z "$ipv6" ]; then
      problem "$name" "has an AAAA record, $data: clients with IPv6 go there; remove it, or say -6"
    elif [ "$data" != "$ipv6" ]; then
      problem "$name" "leads by IPv6 to $data instead of $ipv6"
    fi
    check_ttl "$name" "$ttl" "$authoritative"
  done <<-END
	$(ask "$name" AAAA | records AAAA)
	END
  [ "$problems" -gt "$before" ] || echo "ok: $name leads to $address, TTL ${found%% *}"
}

for each in "$@"; do
  before=$problems
  check_name "$each"
done
[ "$problems" -eq 0 ]
