# shellcheck shell=bash
# The network of the lab's machines, and on it the registry a second time, for reading only and reached from nowhere else,
# and another one for images that are pushed on the machine around.

NETWORK=feedback-loop-lab
MACHINE_LABEL=feedback-loop.lab.machine
# Private, and outside of what Docker gives to networks that name none.
SUBNET_PREFIX=${LAB_MACHINE_SUBNET_PREFIX:-10.203.55}
REGISTRY_ADDRESS=$SUBNET_PREFIX.2:5000
IMAGES_ADDRESS=$SUBNET_PREFIX.3:5000
FIRST_HOST=10
LAST_HOST=254

provide_network() {
  docker network inspect "$NETWORK" >/dev/null 2>&1 ||
    docker network create --subnet "$SUBNET_PREFIX.0/24" --gateway "$SUBNET_PREFIX.1" "$NETWORK" >/dev/null
  provide_registry "$NETWORK-registry" "$REGISTRY_ADDRESS" --volume "$STATE/data:/data:ro" \
    --env 'REGISTRY_STORAGE_MAINTENANCE_READONLY={"enabled":true}'
  provide_registry "$NETWORK-images" "$IMAGES_ADDRESS" --volume /data --publish "127.0.0.1::${IMAGES_ADDRESS#*:}"
}

# provide_registry CONTAINER ADDRESS OPTIONS…: Debian's registry on Debian's base image; its data is in /data.
provide_registry() {
  local container=$1 address=$2 program
  if docker container inspect "$container" >/dev/null 2>&1; then
    docker start "$container" >/dev/null
    return
  fi
  program=$(command -v docker-registry || printf '%s\n' "$STATE/bin/usr/bin/docker-registry")
  docker run --detach --name "$container" --network "$NETWORK" --ip "${address%:*}" --restart unless-stopped \
    --read-only --cap-drop ALL --memory 256m --volume "$program:/docker-registry:ro" \
    --volume "$REGISTRY_FOLDER/config.yml:/config.yml:ro" \
    --env "REGISTRY_HTTP_ADDR=$address" --env REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/data "${@:3}" \
    "$ADDR/library/$BASE_IMAGE" /docker-registry serve /config.yml >/dev/null
}

# Where images are pushed to: the same address on the machine around and on its machines, for engines trust plain http on
# loopback only. The port is another one whenever the registry starts.
images_address() { docker port "$NETWORK-images" "${IMAGES_ADDRESS#*:}"; }

# The lowest address that no machine has, running or not.
free_address() {
  local taken host
  taken=$(docker ps --all --quiet --filter "network=$NETWORK" | xargs --no-run-if-empty docker container inspect \
    --format "{{(index .NetworkSettings.Networks \"$NETWORK\").IPAMConfig.IPv4Address}}")
  for host in $(seq "$FIRST_HOST" "$LAST_HOST"); do
    grep -qxF "$SUBNET_PREFIX.$host" <<<"$taken" || { printf '%s.%s\n' "$SUBNET_PREFIX" "$host"; return; }
  done
  die "all addresses of $SUBNET_PREFIX.0/24 are taken"
}

remove_network_if_empty() {
  [ -z "$(docker ps --all --quiet --filter "label=$MACHINE_LABEL")" ] || return 0
  docker rm --force --volumes "$NETWORK-registry" "$NETWORK-images" >/dev/null 2>&1 || true
  docker network rm "$NETWORK" >/dev/null 2>&1 || true
}
