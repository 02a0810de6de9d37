#!/bin/sh
# Builds the distribution of a commit twice, from clean clones in two folders, one after the other and
# with two umasks, and says whether the archives are the same to the last byte.
#
#   build/reproducible.sh [COMMIT [MAVEN-ARGUMENT...]]
#
# Takes as long as two builds without tests.
set -eu

sources=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
commit=$(git -C "$sources" rev-parse --verify "${1:-HEAD}^{commit}")
[ $# -eq 0 ] || shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# FOLDER UMASK MAVEN-ARGUMENT...
build() {
  (
    umask "$2"
    git clone -q "$sources" "$1"
    cd "$1"
    git checkout -q "$commit"
    shift 2
    mvn "$@" -q -B -ntp -pl server-undertow -am package \
      -DskipTests -Dformat.skip=true -Djacoco.skip=true -Dmdep.analyze.skip=true
  )
}

build "$work/one" 022 "$@"
build "$work/another/folder" 077 "$@"
one=$(echo "$work"/one/server-undertow/target/gateway-*.tar.gz)
another=$(echo "$work"/another/folder/server-undertow/target/gateway-*.tar.gz)
sha256sum "$one" "$another"
if ! cmp "$one" "$another"; then
  echo "reproducible.sh: the archives differ" >&2
  mkdir "$work/a" "$work/b"
  tar xzf "$one" -C "$work/a"
  tar xzf "$another" -C "$work/b"
  diff -rq "$work/a" "$work/b" >&2 || :
  exit 1
fi
echo "the same"
