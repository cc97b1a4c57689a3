#!/bin/bash
# Removes the cloud that up.sh made, with everything in it.
set -euo pipefail
# shellcheck disable=SC2034  # read by lib.sh
PART=lab/openstack
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../registry/lib.sh"
. "$HERE/../registry/service.sh"
. "$HERE/lib.sh"
. "$HERE/network.sh"
. "$HERE/remove.sh"

usage() {
  cat <<END
Usage: lab/openstack/down.sh [--state FOLDER] [--wipe]

Removes the cloud: its servers, volumes, networks, processes and data. What up.sh installed is kept for the next one.

  --state FOLDER   where it is kept (default $CLOUD)
  --wipe           removes that folder too, with what was installed there
END
}

wipe=''
read_option() {
  [ "$1" = --wipe ] || die "unknown argument \"$1\"; allowed are --state FOLDER, --wipe and --help"
  wipe=yes
}

main() {
  read_options "$@"
  take_lock
  remove_cloud
  if [ -n "$wipe" ]; then rm -rf "$CLOUD"; fi
}

main "$@"
