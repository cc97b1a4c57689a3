#!/bin/bash
# Uses the cloud that up.sh made as a deployment does, and checks that it is what tests take it for. It removes what it
# makes. Ends with "N passed, N failed"; status 1 when any failed.
set -euo pipefail
# shellcheck disable=SC2034  # read by lib.sh
PART=lab/openstack
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../registry/lib.sh"
. "$HERE/lib.sh"

usage() {
  cat <<END
Usage: lab/openstack/smoke.sh [--state FOLDER] [--cycles NUMBER]

  --state FOLDER    where the cloud is kept (default $CLOUD)
  --cycles NUMBER   how many servers are made and deleted one after the other (default 12)
END
}

cycles=12
read_option() { die "unknown argument \"$1\"; see --help"; }

main() {
  local others=()
  while [ $# -gt 0 ]; do
    case $1 in
      --cycles) [ $# -ge 2 ] || die "--cycles needs a number"; cycles=$2; shift ;;
      *) others+=("$1") ;;
    esac
    shift
  done
  read_options "${others[@]}"
  [ -e "$CLOUD/clouds.yaml" ] || die "there is no cloud in $CLOUD; make it with: lab/openstack/up.sh"
  export OS_CLIENT_CONFIG_FILE=$CLOUD/clouds.yaml
  exec env -u PYTHONPATH "$PYTHON" "$HERE/smoke.py" "$cycles" "$IMAGES_HERE" "$ADDR/library/debian:bookworm-slim"
}

main "$@"
