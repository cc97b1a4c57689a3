# shellcheck shell=bash
# The network of the lab's machines, and on it the registry a second time: for reading only, reached from nowhere else.

NETWORK=feedback-loop-lab
MACHINE_LABEL=feedback-loop.lab.machine
# Private, and outside of what Docker gives to networks that name none.
SUBNET_PREFIX=${LAB_MACHINE_SUBNET_PREFIX:-10.203.55}
REGISTRY_ADDRESS=$SUBNET_PREFIX.2:5000
FIRST_HOST=10
LAST_HOST=254

provide_network() {
  docker network inspect "$NETWORK" >/dev/null 2>&1 ||
    docker network create --subnet "$SUBNET_PREFIX.0/24" --gateway "$SUBNET_PREFIX.1" "$NETWORK" >/dev/null
  provide_registry
}

# Debian's registry on Debian's base image, over the data that fill.sh filled.
provide_registry() {
  local container=$NETWORK-registry program
  if docker container inspect "$container" >/dev/null 2>&1; then
    docker start "$container" >/dev/null
    return
  fi
  program=$(command -v docker-registry || printf '%s\n' "$STATE/bin/usr/bin/docker-registry")
  docker run --detach --name "$container" --network "$NETWORK" --ip "${REGISTRY_ADDRESS%:*}" --restart unless-stopped \
    --read-only --cap-drop ALL --memory 256m --volume "$program:/docker-registry:ro" --volume "$STATE/data:/data:ro" \
    --volume "$REGISTRY_FOLDER/config.yml:/config.yml:ro" \
    --env "REGISTRY_HTTP_ADDR=$REGISTRY_ADDRESS" --env REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/data \
    --env 'REGISTRY_STORAGE_MAINTENANCE_READONLY={"enabled":true}' \
    "$ADDR/library/$BASE_IMAGE" /docker-registry serve /config.yml >/dev/null
}

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
  docker rm --force "$NETWORK-registry" >/dev/null 2>&1 || true
  docker network rm "$NETWORK" >/dev/null 2>&1 || true
}
