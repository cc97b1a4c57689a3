# shellcheck shell=bash
# Takes the cloud away: servers, processes, networks, volumes, data. What takes time to install stays.

remove_cloud() {
  local service device reversed=''
  docker ps --all --quiet --filter "label=$SERVER_LABEL" | xargs --no-run-if-empty docker rm --force --volumes >/dev/null
  docker volume ls --quiet --filter "name=^$SERVER_PREFIX" | xargs --no-run-if-empty docker volume rm >/dev/null
  for service in $SERVICES; do reversed="$service $reversed"; done
  for service in $reversed; do stop_service_named "$service"; done
  ERL_EPMD_PORT=$MAPPER_PORT epmd -kill >/dev/null 2>&1 || true
  for device in $(loop_devices); do losetup --detach "$device"; done
  remove_network
  rm -rf "${CLOUD:?}"/{data,etc,run,log,python,clouds.yaml}
}

# Those of the cloud's volumes.
loop_devices() {
  losetup --list --noheadings --output NAME,BACK-FILE |
    awk -v folder="$CLOUD/data/" 'index($2, folder) == 1 { print $1 }'
}
