#!/usr/bin/env bash
# Builds the Pulumi CLI, its Node.js language host and the resource plugins from Go modules, for
# machines that reach package registries only. Each version is pinned in parts.txt, go.mod and go.sum.
set -euo pipefail

usage() {
  cat <<'END'
usage: build.sh OUT_DIR

Builds all parts listed in parts.txt. The work goes on in OUT_DIR.partial, which is renamed when
everything is done; an interrupted run goes on where it was. Does nothing if OUT_DIR was built from the
same sources (OUT_DIR/fingerprint), and replaces it if not.

  OUT_DIR/bin/                       for PATH: pulumi, pulumi-language-nodejs, pulumi-resource-pulumi-nodejs
  OUT_DIR/plugins/                   pulumi-resource-NAME-vVERSION
  OUT_DIR/plugins.txt                NAME VERSION FILE a line (FILE relative to OUT_DIR), for
                                     pulumi plugin install resource NAME VERSION --file FILE

Needs Go (see plugins/go.mod for the version) and the Go module proxy; about 1 GB of Go caches.
END
}

if [[ ${1:-} == --help || ${1:-} == -h ]]; then
  usage
  exit 0
fi
if [[ $# -ne 1 || $1 == -* ]]; then
  usage >&2
  exit 2
fi

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$(realpath -m "$1")
partial=$out.partial

fingerprint=$("$source_dir/fingerprint.sh")

built_from() { # DIR: the fingerprint of what is in there
  cat "$1/fingerprint" 2>/dev/null || true
}

stop_if_built() {
  if [[ $(built_from "$out") == "$fingerprint" ]]; then
    echo "toolchain: already built in $out"
    exit 0
  fi
}

stop_if_built
part="the toolchain"
report_failure() {
  local status=$?
  if [[ $status -ne 0 ]]; then
    echo "$part: failed (status $status)" >&2
  fi
}
trap report_failure EXIT

# Two builds into one place would mix: the second waits, and then finds the work done.
mkdir -p "$(dirname "$out")"
exec 9>"$out.lock"
if ! flock --nonblock 9; then
  echo "toolchain: another build of $out is running, waiting for it"
  flock 9
fi
stop_if_built

# What an interrupted run has finished is kept: each file appears under its name when it is whole.
if [[ $(built_from "$partial") != "$fingerprint" ]]; then
  rm -rf "$partial"
fi
mkdir -p "$partial/bin" "$partial/plugins"
echo "$fingerprint" >"$partial/fingerprint"
: >"$partial/plugins.txt"

# build TARGET MODULE PACKAGE LDFLAGS
build() {
  (cd "$source_dir/$2" &&
    CGO_ENABLED=0 go build -buildvcs=false -trimpath -tags no_compose -ldflags "-s -w $4" \
      -o "$1.building" "$3" && mv "$1.building" "$1")
}

while read -r kind name version module package; do
  [[ -z $kind || $kind == \#* ]] && continue
  part="$name $version"
  started=$SECONDS
  case $kind in
    tool)
      target=$partial/bin/$name
      flags="-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$version"
      ;;
    plugin)
      file=plugins/pulumi-resource-$name-v$version
      target=$partial/$file
      flags="-X main.version=$version"
      echo "$name $version $file" >>"$partial/plugins.txt"
      ;;
    *)
      echo "parts.txt: kind is $kind; allowed are tool and plugin" >&2
      exit 1
      ;;
  esac
  if [[ -x $target ]]; then
    echo "$part: already built"
    continue
  fi
  echo "$part: building"
  build "$target" "$module" "$package" "$flags"
  echo "$part: done in $((SECONDS - started)) s"
done <"$source_dir/parts.txt"

part="the toolchain"
install -m 755 "$source_dir/language-host/pulumi-resource-pulumi-nodejs" "$partial/bin/"
rm -rf "$out"
mv -T "$partial" "$out"
rm -f "$out.lock"
echo "toolchain: built in $out in $SECONDS s"
