#!/usr/bin/env bash
# Checks the Go code of the plugins: format, vet, tests. Needs node_modules, whose type definitions some
# tests read. The first run compiles all dependencies, as build.sh does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/plugins"

if [[ ${1:-} == --help ]]; then
  echo "usage: check.sh"
  echo "Runs gofmt, go vet and go test over lab/toolchain/plugins; silent where all is well."
  exit 0
fi

# As in build.sh, so that both use the same compiled packages.
export CGO_ENABLED=0
flags=(-trimpath -tags no_compose)

unformatted=$(gofmt -l .)
if [[ -n $unformatted ]]; then
  printf '%s\nthe files above are not formatted: run gofmt -w on them\n' "$unformatted" >&2
  exit 1
fi
go vet "${flags[@]}" ./...
go test "${flags[@]}" ./...
