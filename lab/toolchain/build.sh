#!/usr/bin/env bash
# Builds the Pulumi CLI, its Node.js language host and the resource plugins from Go modules, for
# machines that reach package registries only. Each version is pinned in parts.txt, go.mod and go.sum.
set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
part="the toolchain" # what is being built, for the message of a failure

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

Needs Go (see plugins/go.mod for the version) and the Go module proxy.
END
}

report_failure() {
  local status=$?
  if [[ $status -ne 0 ]]; then
    echo "$part: failed (status $status)" >&2
  fi
}

# built_from DIR: the fingerprint of the sources that DIR was built from.
built_from() {
  cat "$1/fingerprint" 2>/dev/null || true
}

# stop_if_built OUT_DIR FINGERPRINT
stop_if_built() {
  if [[ $(built_from "$1") == "$2" ]]; then
    echo "toolchain: already built in $1"
    exit 0
  fi
}

# prepare DIR FINGERPRINT: what an interrupted run of the same sources has finished is kept, since each
# file gets its name when it is whole.
prepare() {
  if [[ $(built_from "$1") != "$2" ]]; then
    rm -rf "$1"
  fi
  rm -f "$1"/*/*.building
  mkdir -p "$1/bin" "$1/plugins"
  echo "$2" >"$1/fingerprint"
  : >"$1/plugins.txt"
}

# build TARGET MODULE PACKAGE VARIABLE=VALUE: no cgo, so that the result is the same with and without a
# C compiler; no_compose leaves out a resource of the Docker provider that @pulumi/docker doesn't have.
build() {
  if [[ -x $1 ]]; then
    echo "$part: already built"
    return
  fi
  local started=$SECONDS
  echo "$part: building"
  (cd "$source_dir/$2" &&
    CGO_ENABLED=0 go build -buildvcs=false -trimpath -tags no_compose -ldflags "-s -w -X $4" \
      -o "$1.building" "$3")
  mv "$1.building" "$1"
  echo "$part: done in $((SECONDS - started)) s"
}

# build_parts DIR
build_parts() {
  local kind name version module package file
  while read -r kind name version module package; do
    [[ -z $kind || $kind == \#* ]] && continue
    part="$name $version"
    case $kind in
      tool)
        build "$1/bin/$name" "$module" "$package" \
          "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$version"
        ;;
      plugin)
        file=plugins/pulumi-resource-$name-v$version
        build "$1/$file" "$module" "$package" "main.version=$version"
        echo "$name $version $file" >>"$1/plugins.txt"
        ;;
      *)
        echo "parts.txt: kind is $kind; allowed are tool and plugin" >&2
        exit 1
        ;;
    esac
  done <"$source_dir/parts.txt"
  part="the toolchain"
}

main() {
  if [[ ${1:-} == --help || ${1:-} == -h ]]; then
    usage
    exit 0
  fi
  if [[ $# -ne 1 || $1 == -* ]]; then
    usage >&2
    exit 2
  fi
  trap report_failure EXIT

  local out fingerprint
  out=$(realpath -m "$1")
  fingerprint=$("$source_dir/fingerprint.sh")
  stop_if_built "$out" "$fingerprint"

  # Two builds into one place would mix: the second waits, and then finds the work done.
  mkdir -p "$(dirname "$out")"
  exec 9>"$out.lock"
  if ! flock --nonblock 9; then
    echo "toolchain: another build of $out is running, waiting for it"
    flock 9
  fi
  stop_if_built "$out" "$fingerprint"

  prepare "$out.partial" "$fingerprint"
  build_parts "$out.partial"
  install -m 755 "$source_dir/language-host/pulumi-resource-pulumi-nodejs" "$out.partial/bin/"
  rm -rf "$out"
  mv -T "$out.partial" "$out"
  rm -f "$out.lock"
  echo "toolchain: built in $out in $SECONDS s"
}

main "$@"
