#!/bin/bash
# Makes the folder `go`: the toolchain of this version, from this machine if it has it, else by the go command from the
# module golang.org/toolchain, which it checks against the checksum database.
set -euo pipefail

version=$1
root=$(GOFLAGS='' GOTOOLCHAIN="go$version" go env GOROOT)
grep -qx "go$version" "$root/VERSION" || { echo "$root is not Go $version: $(head -n 1 "$root/VERSION")" >&2; exit 1; }
mkdir go
cp -a --no-preserve=ownership "$root/." go/
chmod -R u+w go
# The toolchain module leaves out the tests of Go itself; so does this image, wherever it comes from.
rm -rf go/test go/pkg/mod
