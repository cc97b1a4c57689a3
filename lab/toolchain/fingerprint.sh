#!/usr/bin/env bash
# Prints a hash of everything that decides what build.sh makes: the sources here and the Go toolchain.
# Callers use it as the key of their cache. Tests, documentation and file times don't count.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if [[ ${1:-} == --help ]]; then
  echo "usage: fingerprint.sh"
  echo "Prints a SHA-256 of the sources, pinned versions, Go version and platform that build.sh builds from."
  exit 0
fi

{
  go env GOVERSION GOOS GOARCH
  find . -type f ! -name '*_test.go' ! -name '*.md' ! -name fingerprint.sh ! -name check.sh -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum
} | sha256sum | cut -d ' ' -f 1
