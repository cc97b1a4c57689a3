#!/bin/bash
# Fills a registry on loopback with stand-ins for the official images of images.txt: the same software at the same
# versions, made from package registries only, for machines that reach no image registry.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/service.sh"

usage() {
  cat <<END
Usage: lab/registry/fill.sh [--addr 127.0.0.1:PORT] [--stop] [--help]

Starts a registry on loopback and fills it with the images of lab/registry/images.txt, so that
ADDR/library/NAME:TAG is what NAME:TAG is elsewhere. What is there already is kept; an interrupted
run is finished by the next one.

  --addr ADDR   where the registry listens (default 127.0.0.1:5055, or LAB_REGISTRY_ADDR)
  --stop        stop the registry; its images are kept
  --help        this text

Needs Debian (amd64), root, a running Docker Engine, npm, and Go 1.21 or newer. Images and logs
are kept in $STATE;
to start afresh, --stop and remove that folder.
END
}

main() {
  local action=fill
  while [ $# -gt 0 ]; do
    case $1 in
      --addr) [ $# -ge 2 ] || die "--addr needs a value, as in: --addr 127.0.0.1:5055"; ADDR=$2; shift ;;
      --addr=*) ADDR=${1#*=} ;;
      --stop) action=stop_service ;;
      --help | -h) usage; return ;;
      *) die "unknown argument \"$1\"; allowed are --addr ADDR, --stop and --help" ;;
    esac
    shift
  done
  [[ $ADDR =~ ^127\.0\.0\.1:[1-9][0-9]{0,4}$ ]] ||
    die "the address is \"$ADDR\"; allowed is 127.0.0.1:PORT: Docker trusts plain http on loopback only"
  export LAB_REGISTRY_ADDR=$ADDR
  mkdir -p "$STATE"
  exec 9>"$STATE/lock"
  flock --nonblock 9 || { say "another run is at work in $STATE; waiting for it"; flock 9; }
  "$action"
}

fill() {
  check_machine
  install_tools
  describe_machine
  start_service
  # The bases first, then what is built on them. Two at a time: each waits in turn for network, disk and processor.
  build_all "$(rows | awk '$3 == "-" { print $1 }')"
  build_all "$(rows | awk '$3 != "-" { print $1 }')"
  rm -rf "$STATE/work"
  say "all $(rows | wc -l) images are ready on $ADDR after $SECONDS s"
}

build_all() {
  xargs -n 1 -P 2 "$REGISTRY_FOLDER/build-image.sh" <<<"$1" || die "not every image is ready; what is there is kept"
}

check_machine() {
  [ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || die "the lab's images are made on Debian for amd64 only"
  [ "$(id -u)" = 0 ] || die "needs root: base images are made with debootstrap and chroot"
  docker version >/dev/null 2>&1 || die "no Docker Engine answers; 'docker version' tells why"
  command -v npm >/dev/null || die "npm is missing: install Node.js with npm"
  command -v go >/dev/null || die "go is missing: install Go 1.21 or newer"
}

install_tools() {
  local packages=()
  command -v debootstrap >/dev/null || packages+=(debootstrap debian-archive-keyring)
  command -v curl >/dev/null || packages+=(curl)
  archive_uri Debian >/dev/null || update_apt
  if [ ${#packages[@]} -gt 0 ]; then
    say "installing ${packages[*]}"
    with_current_lists env DEBIAN_FRONTEND=noninteractive \
      apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "${packages[@]}"
  fi
  if [ ! -x "$(registry_program)" ]; then fetch_registry_program; fi
}

# Unpacked, not installed: the package would start a service of its own on every address.
fetch_registry_program() {
  local folder=$STATE/bin
  say "fetching docker-registry"
  rm -rf "$folder" "$folder.new"
  mkdir -p "$folder.new"
  cd "$folder.new"
  with_current_lists apt-get download docker-registry
  dpkg-deb -x docker-registry_*.deb .
  cd /
  mv "$folder.new" "$folder"
}

# Package lists are often fresh enough, and fetching them takes longer than what is asked for here.
with_current_lists() {
  "$@" >/dev/null 2>&1 || { update_apt && quietly "$@"; } || die "this failed, its output is above: $*"
}

update_apt() {
  # Somebody else's apt holds the lock on the lists now and then, and apt-get update does not wait for it.
  wait_until 120 quietly apt-get update || die "apt-get update fails; the end of its output is above"
}

quietly() {
  local output
  output=$("$@" 2>&1) || { printf '%s\n' "$output" | tail -n 5 >&2; return 1; }
}

main "$@"
