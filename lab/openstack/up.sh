#!/bin/bash
# An OpenStack cloud on this machine in one command, as KVM@TACC is one: real services, whose servers are containers.
set -euo pipefail
# shellcheck disable=SC2034  # read by lib.sh
PART=lab/openstack
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../registry/lib.sh"
. "$HERE/../registry/service.sh"
. "$HERE/../machine/image.sh"
. "$HERE/lib.sh"
. "$HERE/packages.sh"
. "$HERE/network.sh"
. "$HERE/services.sh"
. "$HERE/remove.sh"
# Prefix of the images' names, which lab/machine shares.
NETWORK=feedback-loop-lab

usage() {
  cat <<END
Usage: lab/openstack/up.sh [--state FOLDER]

Makes an OpenStack cloud on this machine, or starts what of it doesn't run, and ends when everything works. How to log
in is in clouds.yaml in its folder: clouds lab (password of a project's user), lab-app (application credential) and
lab-admin. Servers are reached at floating IPs of $PUBLIC_PREFIX.0/24, from this machine only.

  --state FOLDER   where it is kept (default $CLOUD)

Needs Debian 12 (amd64), root, a running Docker Engine, and what lab/registry/fill.sh needs. down.sh removes it.
END
}

read_option() { die "unknown argument \"$1\"; allowed are --state FOLDER and --help"; }

main() {
  read_options "$@"
  check_machine
  take_lock
  remove_what_a_reboot_left
  install_packages
  install_blazar
  provide_image bare
  provide_image machine
  configure
  start
  seed rest
  is_of_another_version || fingerprint >"$CLOUD/data/fingerprint"
  say "ready after $SECONDS s; OS_CLIENT_CONFIG_FILE=$CLOUD/clouds.yaml"
}

check_machine() {
  [ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || die "the lab's cloud runs on Debian for amd64 only"
  grep -qx 'VERSION_CODENAME=bookworm' /etc/os-release || die "needs Debian 12 (bookworm), whose OpenStack it runs"
  [ "$(id -u)" = 0 ] || die "needs root: it makes networks, loop devices and containers"
  docker version >/dev/null 2>&1 || die "no Docker Engine answers; 'docker version' tells why"
}

# Networks and processes are gone then, and servers have stopped: a cloud that only half knows it is of no use.
remove_what_a_reboot_left() {
  local boot
  boot=$(</proc/sys/kernel/random/boot_id)
  if [ -d "$CLOUD/data" ] && [ "$boot" != "$(cat "$CLOUD/data/boot-id" 2>/dev/null)" ]; then
    say "this machine was started again since; making the cloud anew"
    remove_cloud
  fi
  mkdir -p "$CLOUD"/{etc,run,log} "$CLOUD"/data/{images,fernet,credential,nova,locks}
  printf '%s\n' "$boot" >"$CLOUD/data/boot-id"
}

fingerprint() {
  {
    hash_folder "$HERE/blazar"
    hash_folder "$HERE/config"
    hash_folder "$HERE/python"
    sha256sum <"$HERE/services.sh"
  } | sha256sum | cut -c1-16
}

is_of_another_version() {
  [ -e "$CLOUD/data/fingerprint" ] && [ "$(fingerprint)" != "$(<"$CLOUD/data/fingerprint")" ]
}

configure() {
  [ -s "$CLOUD/data/password" ] || (umask 077 && od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$CLOUD/data/password")
  LAB_PASSWORD=$(<"$CLOUD/data/password")
  export LAB_PASSWORD PYTHONPATH=$CLOUD/python:$BLAZAR/nova-filter
  # Python is to find the packages' compiled files, and nothing of the caller's.
  unset PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONSTARTUP
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  if is_of_another_version; then
    say "what runs is another version of lab/openstack; lab/openstack/down.sh makes room for this one" >&2
  else
    rm -rf "$CLOUD/python"
    cp -r "$HERE/python" "$CLOUD/python" # a copy: the cloud outlives the clone that started it
    "$PYTHON" "$CLOUD/python/render.py" "$HERE/config" "$CLOUD/etc"
  fi
  describe_servers >"$CLOUD/data/nova/servers.json"
}

# What labserver.py reads.
describe_servers() {
  cat <<END
{
  "images": { "bare": "$(image_name bare)", "machine": "$(image_name machine)" },
  "environment": {
    "NAME_SERVERS": "$(awk '$1 == "nameserver" && $2 !~ /^127\./ { print $2 }' /etc/resolv.conf | xargs)",
    "REGISTRY": "$SERVERS_REGISTRY", "IMAGES": "$SERVERS_IMAGES", "IMAGES_HERE": "$IMAGES_HERE"
  }
}
END
}

start() {
  provide_network
  start_registries
  start_messages
  start_database
  make_tables
  start_identity
  start_image_and_network
  answers_http identity "$LAB_IDENTITY_PORT" /identity/v3
  seed identity
  start_compute
  answers_http image "$LAB_IMAGE_PORT"
  answers_http network "$LAB_NETWORK_PORT"
  start_agents
  answers_http compute "$LAB_COMPUTE_PORT"
  start_volume
  start_reservation
  answers_http volume-api "$LAB_VOLUME_PORT"
  answers_http reservation-api "$LAB_RESERVATION_PORT"
}

seed() { "$PYTHON" "$CLOUD/python/seed.py" "$1" || die "the cloud isn't complete: the message above tells what is missing"; }

main "$@"
