#!/bin/bash
# Puts together what the container image holds; the Dockerfile runs it, and anybody else can.
#
#   image.sh APP JAVA
#
#   APP    a new folder for the program; /app in the image
#   JAVA   a new folder for a Java runtime with what the program needs; /opt/java in the image
#
# Both keep their paths: the cache of loaded classes is valid for these only. Needs a JDK 25 at
# JAVA_HOME, and the built program: mvn -pl server-undertow -am package
set -euo pipefail

if [ $# -ne 2 ]; then
  sed -n '2,/^set -/{/^#/s/^# \{0,1\}//p;}' "$0" >&2
  exit 64 # EX_USAGE
fi
app=$1
runtime=$2
sources=$(cd "$(dirname "$0")/.." && pwd)
built=$sources/server-undertow/target

# jdeps cannot name them: some libraries ask for classes by name. java.desktop has the beans that
# XNIO reads options by, java.xml is in Jackson's signatures, jdk.naming.dns finds mongodb+srv hosts;
# the last three are for whoever has to look into a running instance.
modules=java.base,java.desktop,java.logging,java.management,java.naming,java.net.http,java.security.sasl
modules+=,java.sql,java.xml,jdk.naming.dns,jdk.net,jdk.unsupported
modules+=,jdk.jcmd,jdk.jfr,jdk.management

make_runtime() {
  mkdir -p "$(dirname "$runtime")"
  "$JAVA_HOME/bin/jlink" --add-modules "$modules" --no-header-files --no-man-pages --output "$runtime"
}

copy_program() {
  mkdir -p "$app/lib" "$app/journal"
  # With their times, which the cache of classes compares.
  cp -p "$built/gateway.jar" "$app/"
  cp -p "$built"/lib/*.jar "$app/lib/"
  install -m 755 "$sources/gateway" "$sources/deploy/health" "$app/"
}

# Asks an instance over a socket, since the image has no curl: PORT METHOD PATH KEY BODY
ask() {
  exec 3<>"/dev/tcp/127.0.0.1/$1"
  printf '%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-api-key: %s\r\n' "$2" "$3" "$4" >&3
  printf 'Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' "${#5}" "$5" >&3
  cat <&3 >>"$work/answers"
  exec 3>&-
}

# A short life of everything: both instances serve requests of all kinds, and stop.
train() {
  local work key port model demo
  work=$(mktemp -d)
  mkfifo "$work/welcome"
  PORT=0 OPS_PORT=0 JAVA_HOME=$runtime JAVA_OPTS="-XX:AOTCacheOutput=$app/gateway.aot" \
    "$app/gateway" demo --data "$work/data" >"$work/welcome" 2>"$work/diagnostics" &
  demo=$!
  exec 4<"$work/welcome"
  local ports=() line
  key=
  while read -r line <&4; do
    case $line in
      goproxy-*http://*) ports+=("${line##*:}") ;;
      *x-api-key:*) key=${line#*x-api-key: } key=${key%%\'*} ;;
      Ctrl-C*) break ;;
    esac
  done
  if [ -z "$key" ]; then
    cat "$work/diagnostics" >&2
    exit 70 # EX_SOFTWARE
  fi
  cat <&4 >/dev/null & # its request log
  model=claude-haiku-4-5
  local messages='"messages":[{"role":"user","content":"Hello in 5 words"}]'
  for port in "${ports[@]}"; do
    for stream in false true; do
      ask "$port" POST /v1/messages "$key" "{\"model\":\"$model\",\"max_tokens\":50,\"stream\":$stream,$messages}"
      ask "$port" POST /v1/chat/completions "$key" "{\"model\":\"$model\",\"max_tokens\":50,\"stream\":$stream,$messages}"
    done
    for path in /v1/models /v1/me /v1/me/requests /pricing /health; do
      ask "$port" GET "$path" "$key" ''
    done
    ask "$port" POST /v1/messages sk-unknown '{}'
  done
  kill "$demo"
  wait "$demo" || :
  exec 4<&-
  local served
  served=$(grep -o 'HTTP/1.1 200' "$work/answers" | wc -l)
  if ! [ -f "$app/gateway.aot" ] || [ "$served" -ne 18 ]; then
    cat "$work/diagnostics" >&2
    echo "image.sh: the training run failed: $served of 18 requests were served" >&2
    exit 70
  fi
  rm -rf "$work"
}

make_runtime
copy_program
train
chmod -R a+rX "$app" "$runtime"
du -sh "$app" "$runtime" >&2
