#!/bin/bash
# A second machine in one command: a container with systemd, cloud-init, sshd and a Docker Engine of its own, that is
# reached by ssh as any other machine is.
set -euo pipefail
# shellcheck disable=SC2034  # read by lib.sh
PART=lab/machine
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../registry/lib.sh"
. "$HERE/network.sh"
. "$HERE/image.sh"

STOP_SECONDS=20

usage() {
  cat <<END
Usage: lab/machine/machine.sh COMMAND NAME [OPTIONS]

  up NAME --ssh-key FILE   makes and starts a machine, or starts the one of that name; prints its address.
                           It boots on while this ends; log in as cc, who has sudo and may use Docker
  replace NAME …           the same, but a new machine takes the place and the address of the old one
  stop | start NAME        shuts down, boots
  reboot NAME              shuts down and boots
  kill NAME                cuts the power
  address NAME             prints its address
  run NAME COMMAND…        runs a command there as root, without ssh
  images                   prints the address of a registry to push to, which is the same here and on all machines
  down NAME                removes the machine and its disk; the last one takes the network along

Options of up and replace:
  --ssh-key FILE       public key that may log in
  --user-data FILE     for cloud-init
  --memory SIZE        of all that runs on it (default 4g)
  --boot-delay SECONDS until anything on it starts (default 0)
  --no-docker          without a Docker Engine
  --disk SIZE          for Docker's data, in memory and gone at a reboot (default: a disk without a limit)

Needs what lab/registry/fill.sh needs, and fills the registry where that hasn't been done.
END
}

main() {
  local command=${1:---help} name=${2:-}
  case $command in
    --help | -h) usage; return ;;
    images) locked images; return ;;
    up | replace | stop | start | reboot | kill | address | run | down) ;;
    *) die "no command \"$command\"; there are up, replace, stop, start, reboot, kill, address, run, images and down" ;;
  esac
  [[ $name =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] ||
    die "the machine's name is \"$name\"; allowed are lower-case letters, digits and -, at most 31"
  shift 2
  machine=$NETWORK-$name
  case $command in
    up) locked up "$name" "$@" ;;
    replace) locked replace "$name" "$@" ;;
    down) locked down ;;
    *) exists || die "there is no machine \"$name\"; make it with: lab/machine/machine.sh up $name --ssh-key FILE" ;;&
    stop) docker stop --time "$STOP_SECONDS" "$machine" >/dev/null ;;
    start) docker start "$machine" >/dev/null ;;
    reboot) docker restart --time "$STOP_SECONDS" "$machine" >/dev/null ;;
    kill) docker kill "$machine" >/dev/null ;;
    address) address ;;
    run) docker exec --interactive "$machine" "$@" ;;
  esac
}

# One at a time: they share addresses, image and network.
locked() {
  mkdir -p "$STATE"
  exec 9>"$STATE/machine.lock"
  flock 9
  "$@"
}

images() {
  provide_network
  images_address
}

exists() { docker container inspect "$machine" >/dev/null 2>&1; }

address() {
  docker container inspect --format "{{(index .NetworkSettings.Networks \"$NETWORK\").IPAMConfig.IPv4Address}}" "$machine"
}

up() {
  local name=$1
  shift
  read_options "$@"
  if exists; then
    docker start "$machine" >/dev/null
  else
    provide_image "$stage"
    provide_network
    create "$name" "$(free_address)"
  fi
  address
}

replace() {
  local name=$1 kept
  shift
  read_options "$@"
  exists || die "there is no machine \"$name\" to replace"
  kept=$(address)
  provide_image "$stage"
  remove_machine
  create "$name" "$kept"
  address
}

down() {
  remove_machine
  remove_network_if_empty
}

remove_machine() {
  if exists; then docker rm --force --volumes "$machine" >/dev/null; fi
  docker volume rm --force "$machine-docker" >/dev/null
}

read_options() {
  ssh_key='' user_data='' memory=4g boot_delay=0 stage=machine disk=''
  while [ $# -gt 0 ]; do
    case $1 in
      --no-docker) stage=bare; shift; continue ;;
      --ssh-key | --user-data | --memory | --boot-delay | --disk) [ $# -ge 2 ] || die "$1 needs a value; see --help" ;;
      *) die "unknown option \"$1\"; see --help" ;;
    esac
    case $1 in
      --ssh-key) ssh_key=$2 ;;
      --user-data) user_data=$2 ;;
      --memory) memory=$2 ;;
      --boot-delay) boot_delay=$2 ;;
      --disk) disk=$2 ;;
    esac
    shift 2
  done
  [ -r "$ssh_key" ] || die "--ssh-key is \"$ssh_key\"; it must be the file of a public key"
  [ -z "$user_data" ] || [ -r "$user_data" ] || die "--user-data $user_data can't be read"
}

# Not privileged: that needs a capability which the machine around may not have itself.
create() {
  local name=$1 address=$2 storage=(--volume "$machine-docker:/var/lib/docker")
  if [ -n "$disk" ]; then storage=(--tmpfs "/var/lib/docker:exec,suid,dev,size=$disk"); fi
  docker create --tty --name "$machine" --hostname "$name" --label "$MACHINE_LABEL=$name" \
    --network "$NETWORK" --ip "$address" --memory "$memory" --memory-swap "$memory" \
    --cap-add ALL --cap-drop SYS_RESOURCE --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
    --cgroupns private --tmpfs /run:exec --tmpfs /run/lock "${storage[@]}" \
    --env "BOOT_DELAY_SECONDS=$boot_delay" --env "NAME_SERVERS=$(name_servers)" --env "REGISTRY=$REGISTRY_ADDRESS" \
    --env "IMAGES=$IMAGES_ADDRESS" --env "IMAGES_HERE=$(images_address)" \
    "$(image_name "$stage")" >/dev/null
  seed "$name" | docker cp - "$machine:/var/lib/" >/dev/null
  docker start "$machine" >/dev/null
}

# What cloud-init reads at the first boot, as a tar archive; a new machine is a new instance.
seed() {
  local folder
  folder=$(mktemp -d)
  mkdir -p "$folder/cloud/seed/nocloud"
  printf 'instance-id: %s-%s\nlocal-hostname: %s\npublic-keys:\n  - %s\n' \
    "$1" "$(date +%s%N)" "$1" "$(<"$ssh_key")" >"$folder/cloud/seed/nocloud/meta-data"
  cat "${user_data:-/dev/null}" >"$folder/cloud/seed/nocloud/user-data"
  tar --create --directory "$folder" --owner 0 --group 0 cloud
  rm -rf "$folder"
}

# Those of the machine around that are reached over the network too.
name_servers() { awk '$1 == "nameserver" && $2 !~ /^127\./ { print $2 }' /etc/resolv.conf | xargs; }

main "$@"
