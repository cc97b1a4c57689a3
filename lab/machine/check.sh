#!/bin/bash
# Makes machines and checks that they are what tests take them for. Ends with "N passed, N failed"; status 1 when any failed.
set -euo pipefail
cd "$(dirname "$0")"

READY_SECONDS=90
name=check-$$
scratch=$(mktemp -d)
passed=0
failed=0

main() {
  trap clean_up EXIT
  ssh-keygen -q -t ed25519 -N '' -f "$scratch/key"
  address=$(./machine.sh up "$name" --ssh-key "$scratch/key.pub" --boot-delay 3)
  check "isn't reached while it boots" fails ssh_there true
  check "boots, and cloud-init ends well" within_time ssh_there 'cloud-init status --wait | grep -q done'
  check "has no failed service" ssh_there 'systemctl is-system-running --wait | grep -qx running'
  check "cc has sudo" ssh_there 'sudo -n true'
  check "cc may use Docker" ssh_there 'docker version'
  check "its engine pulls from the lab's registry" ssh_there 'docker pull -q 127.0.0.1:5055/library/debian:bookworm-slim'
  check "its containers reach package registries" ssh_there \
    'docker run --rm 127.0.0.1:5055/library/debian:bookworm-slim apt-get update'
  check "its containers' memory limits hold" fails ssh_there \
    'docker run --rm -m 32m --memory-swap 32m 127.0.0.1:5055/library/debian:bookworm-slim sh -c "head -c 100m /dev/zero | tail"'
  check "the registry is closed to writing" fails ssh_there \
    'docker tag 127.0.0.1:5055/library/debian:bookworm-slim 127.0.0.1:5055/x && docker push 127.0.0.1:5055/x'
  key_before=$(host_key)
  images=$(./machine.sh images)
  check "what is pushed here is pulled there" pushed_here_pulled_there
  check "is the same when made again" same_address up
  ./machine.sh reboot "$name"
  check "comes back after a reboot" within_time ssh_there 'docker image inspect 127.0.0.1:5055/library/debian:bookworm-slim'
  check "with its host key" test "$(host_key)" = "$key_before"
  check "a new one takes its address" same_address replace --no-docker
  check "boots without Docker" within_time ssh_there '! command -v docker'
  check "with another host key" test "$(host_key)" != "$key_before"
  printf '%s passed, %s failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ]
}

ssh_there() {
  ssh -i "$scratch/key" -o BatchMode=yes -o ConnectTimeout=3 -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null "cc@$address" "$1"
}

pushed_here_pulled_there() {
  local image=$images/$name:1
  docker tag 127.0.0.1:5055/library/debian:bookworm-slim "$image"
  docker push --quiet "$image"
  docker image rm "$image"
  ssh_there "docker pull -q $image"
}

host_key() { ssh-keyscan -t ed25519 "$address" 2>/dev/null; }
fails() { ! "$@"; }
same_address() { test "$(./machine.sh "$1" "$name" --ssh-key "$scratch/key.pub" "${@:2}")" = "$address"; }

within_time() {
  local deadline=$((SECONDS + READY_SECONDS))
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.5
  done
}

# check WHAT COMMAND…
check() {
  if "${@:2}" >"$scratch/output" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$1"
    tail -n 5 "$scratch/output" | sed 's/^/  | /'
  fi
}

clean_up() {
  ./machine.sh down "$name"
  rm -rf "$scratch"
}

main
