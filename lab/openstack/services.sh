# shellcheck shell=bash
# The services of the cloud, each a process of this machine: database and message bus, then OpenStack's.

ANSWER_SECONDS=90

start_registries() {
  local program
  program=$(registry_program)
  # The lab's own, a second time, for reading only; and one for images of one's own under two addresses.
  run_registry registry "$SERVERS_REGISTRY" "$STATE/data" 'REGISTRY_STORAGE_MAINTENANCE_READONLY={"enabled":true}'
  run_registry images "$SERVERS_IMAGES" "$CLOUD/data/images-registry"
  run_registry images-here "$IMAGES_HERE" "$CLOUD/data/images-registry"
}

# run_registry NAME ADDRESS FOLDER [VARIABLE=VALUE]
run_registry() {
  run_service "$1" env "REGISTRY_HTTP_ADDR=$2" "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=$3" "${@:4}" \
    "$program" serve "$REGISTRY_FOLDER/config.yml"
}

start_database() {
  [ -d "$CLOUD/data/database/mysql" ] ||
    mariadb-install-db --no-defaults --user=root --datadir="$CLOUD/data/database" --skip-test-db \
      --auth-root-authentication-method=normal >"$CLOUD/log/database-install.log" 2>&1 ||
    die "the database wasn't made; see $CLOUD/log/database-install.log"
  # Fast rather than safe: a cloud of tests is made anew when the machine was cut off.
  run_service database mariadbd --no-defaults --user=root --datadir="$CLOUD/data/database" \
    --socket="$CLOUD/run/database.sock" --skip-networking --performance-schema=OFF --innodb-buffer-pool-size=96M \
    --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --innodb-flush-method=nosync --skip-log-bin \
    --max-connections=300 --character-set-server=utf8mb4
  wait_until "$ANSWER_SECONDS" ask_database 'SELECT 1' >/dev/null 2>&1 || died database
}

ask_database() { mariadb --no-defaults --user=root --socket="$CLOUD/run/database.sock" --batch --execute "$1"; }

start_messages() {
  mkdir -p "$CLOUD/data/messages"
  printf '[].' >"$CLOUD/etc/rabbit-plugins"
  run_service messages env HOME="$CLOUD/data/messages" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$MAPPER_PORT" \
    RABBITMQ_NODENAME=lab@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$MESSAGES_PORT" \
    RABBITMQ_DIST_PORT=$((MESSAGES_PORT + 1)) \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
    RABBITMQ_MNESIA_BASE="$CLOUD/data/messages/mnesia" RABBITMQ_LOG_BASE="$CLOUD/log" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$CLOUD/etc/rabbit-plugins" RABBITMQ_CONFIG_FILE="$CLOUD/etc/rabbit" \
    /usr/lib/rabbitmq/bin/rabbitmq-server
}

# Side by side: five programs that mostly wait.
make_tables() {
  local name job jobs=() failed=''
  [ ! -e "$CLOUD/data/tables-made" ] || return 0
  for name in keystone glance placement nova nova_api nova_cell0 neutron cinder blazar; do
    ask_database "CREATE DATABASE IF NOT EXISTS $name CHARACTER SET utf8mb3"
  done
  for name in keystone glance_and_placement nova neutron cinder_and_blazar; do
    (set -e; "tables_of_$name") >"$CLOUD/log/tables-$name.log" 2>&1 9>&- &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job" || failed=yes; done
  [ -z "$failed" ] || die "the databases' tables weren't made; see $CLOUD/log/tables-*.log"
  touch "$CLOUD/data/tables-made"
}

tables_of_keystone() {
  local command address=http://127.0.0.1:$LAB_IDENTITY_PORT/identity/v3
  keystone() { keystone-manage --config-file "$CLOUD/etc/keystone.conf" "$@"; }
  keystone db_sync
  for command in fernet_setup credential_setup; do keystone "$command" --keystone-user root --keystone-group root; done
  keystone bootstrap --bootstrap-password "$LAB_PASSWORD" --bootstrap-region-id "$LAB_REGION" \
    --bootstrap-public-url "$address" --bootstrap-internal-url "$address" --bootstrap-admin-url "$address"
}

tables_of_glance_and_placement() {
  run_module glance-manage glance.cmd.manage --config-file "$CLOUD/etc/glance-api.conf" db sync
  OS_PLACEMENT_CONFIG_DIR=$CLOUD/etc placement-manage --config-file "$CLOUD/etc/placement.conf" db sync
}

tables_of_nova() {
  local database=$LAB_DATABASE options=$LAB_DATABASE_OPTIONS
  nova() { run_module nova-manage nova.cmd.manage --config-file "$CLOUD/etc/nova.conf" "$@"; }
  nova api_db sync
  nova cell_v2 map_cell0 --database_connection "$database/nova_cell0?$options"
  nova db sync
  nova cell_v2 create_cell --name cell1 --transport-url fake:// --database_connection "$database/nova?$options"
}

tables_of_neutron() {
  run_module neutron-db-manage neutron.db.migration.cli --config-file "$CLOUD/etc/neutron.conf" upgrade heads
}

tables_of_cinder_and_blazar() {
  run_module cinder-manage cinder.cmd.manage --config-file "$CLOUD/etc/cinder.conf" db sync
  "$BLAZAR/bin/blazar-db-manage" --config-file "$CLOUD/etc/blazar.conf" upgrade head
}

# run_module NAME MODULE OPTION…
run_module() { "$PYTHON" "$CLOUD/python/run_service.py" "$@"; }
run_module_service() { run_service "$1" "$PYTHON" "$CLOUD/python/run_service.py" "${@:2}"; }

start_identity() {
  OS_KEYSTONE_CONFIG_FILES=$CLOUD/etc/keystone.conf OS_PLACEMENT_CONFIG_DIR=$CLOUD/etc \
    run_service identity uwsgi --plugin python3 --single-interpreter --http-socket "127.0.0.1:$LAB_IDENTITY_PORT" \
    --processes 1 --threads 8 --lazy-apps --manage-script-name --die-on-term --buffer-size 65535 \
    --mount "/identity=$CLOUD/python/keystone_wsgi.py" --mount "/placement=$CLOUD/python/placement_wsgi.py" \
    --add-header 'Connection: close'
}

start_image_and_network() {
  run_module_service image glance-api glance.cmd.api --config-file "$CLOUD/etc/glance-api.conf"
  run_module_service network neutron-server neutron.cmd.eventlet.server --config-file "$CLOUD/etc/neutron.conf"
}

start_compute() { run_service compute "$PYTHON" "$CLOUD/python/nova_all.py" --config-file "$CLOUD/etc/nova.conf"; }

start_agents() {
  run_service bridge-agent "$PYTHON" "$CLOUD/python/linuxbridge_agent.py" --config-file "$CLOUD/etc/agents.conf" \
    --log-file "$CLOUD/log/bridge-agent.log"
  run_module_service router-agent neutron-l3-agent neutron.cmd.eventlet.agents.l3 \
    --config-file "$CLOUD/etc/agents.conf" --log-file "$CLOUD/log/router-agent.log"
}

start_volume() {
  local part service
  mkdir -p "$CLOUD/data/cinder"
  for part in api scheduler volume; do
    service=volume-$part
    run_module_service "${service/volume-volume/volume}" "cinder-$part" "cinder.cmd.$part" \
      --config-file "$CLOUD/etc/cinder.conf" --log-file "$CLOUD/log/$service.log"
  done
}

start_reservation() {
  run_service reservation-manager "$BLAZAR/bin/blazar-manager" --config-file "$CLOUD/etc/blazar.conf"
  run_service reservation-api "$BLAZAR/bin/python" "$CLOUD/python/blazar_api.py" --config-file "$CLOUD/etc/blazar.conf"
}

# answers_http SERVICE PORT [PATH]: waits until it answers over HTTP, whatever it says.
answers_http() {
  local name=$1 address=http://127.0.0.1:$2${3:-/} deadline=$((SECONDS + ANSWER_SECONDS))
  until curl --silent --noproxy '*' --max-time 10 --output /dev/null "$address"; do
    if ! runs "$name" || [ "$SECONDS" -ge "$deadline" ]; then died "$name"; fi
    sleep 0.2
  done
}

died() { die "the service $1 doesn't answer; the end of $CLOUD/log/$1.out:" "$(tail -n 15 "$CLOUD/log/$1.out")"; }
