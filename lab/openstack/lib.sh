# shellcheck shell=bash disable=SC2034
# Shared by the scripts of this folder: where the cloud is kept, its addresses, and how its processes are run.
# Read after ../registry/lib.sh, whose STATE is that of the registry.

CLOUD=${FEEDBACK_LOOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/feedback-loop}/openstack
PYTHON=/usr/bin/python3 # Debian's, which has OpenStack
# What neither the registries nor the machine's own network use; floating IPs are from here.
PUBLIC_PREFIX=198.51.100
# The lab's registry for the servers, and another one that takes images.
SERVERS_REGISTRY=$PUBLIC_PREFIX.1:5055
SERVERS_IMAGES=$PUBLIC_PREFIX.1:5056
# The same address here and on the servers: engines trust plain http on loopback only.
IMAGES_HERE=127.0.0.1:5056
MESSAGES_PORT=15673
MAPPER_PORT=14369 # of Erlang, in which RabbitMQ is written
# For the templates in config/, and for seed.py.
export LAB_REGION=LAB LAB_HOST=lab-compute LAB_PUBLIC_PREFIX=$PUBLIC_PREFIX
export LAB_IDENTITY_PORT=15000 LAB_IMAGE_PORT=19292 LAB_COMPUTE_PORT=18774 LAB_NETWORK_PORT=19696
export LAB_VOLUME_PORT=18776 LAB_RESERVATION_PORT=11234
export LAB_DATABASE=mysql+pymysql://root@localhost LAB_BUS=rabbit://guest:guest@127.0.0.1:$MESSAGES_PORT/

SERVER_LABEL=feedback-loop.lab.server
SERVER_PREFIX=feedback-loop-lab-server-
RULE_MARK=lab-openstack
# In the order of their start.
SERVICES='registry images images-here database messages identity image network compute bridge-agent router-agent
  volume-api volume-scheduler volume reservation-manager reservation-api'
STOP_SECONDS=15

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --state) [ $# -ge 2 ] || die "--state needs a folder"; CLOUD=$(realpath --canonicalize-missing "$2"); shift ;;
      --help | -h) usage; exit ;;
      *) read_option "$1" ;;
    esac
    shift
  done
  export LAB_CLOUD=$CLOUD LAB_DATABASE_OPTIONS="unix_socket=$CLOUD/run/database.sock&charset=utf8mb4"
}

# One at a time.
take_lock() {
  mkdir -p "$CLOUD"
  exec 9>"$CLOUD/lock"
  flock --nonblock 9 || { say "another run is at work in $CLOUD; waiting for it"; flock 9; }
}

pid_file() { printf '%s/run/%s.pid\n' "$CLOUD" "$1"; }

# True while the service of that name runs. A pid file outlives a reboot: the number may be another program's by then,
# so the process must work in the cloud's folder.
runs() {
  local pid
  read -r pid 2>/dev/null <"$(pid_file "$1")" && [[ $(readlink "/proc/$pid/cwd") == "$CLOUD"/* ]]
}

# run_service NAME COMMAND…: in the background, unless it runs already, in a session of its own. The child writes the pid
# file, so that no interruption leaves a service that nobody knows, and closes what it was left open: locks, above all.
run_service() {
  local name=$1
  shift
  if runs "$name"; then return; fi
  setsid bash -c "$CHILD" start "$(pid_file "$name")" "$@" </dev/null >"$CLOUD/log/$name.out" 2>&1 &
  # Until then the pid file is missing, or is that of a process that has ended.
  wait_until 5 runs "$name" || true
}

# shellcheck disable=SC2016  # expanded by the child
CHILD='for file in /proc/$$/fd/*; do
    number=${file##*/}
    [ "$number" -le 2 ] || eval "exec $number>&-"
  done
  cd "$(dirname "$1")" && echo "$$" >"$1" && shift && exec "$@"'

stop_service_named() {
  local pid
  if runs "$1"; then
    read -r pid <"$(pid_file "$1")"
    kill "$pid"
    wait_until "$STOP_SECONDS" stopped "$1" || true
    kill -KILL -- "-$pid" 2>/dev/null || true # it, or children that it left
  fi
  rm -f "$(pid_file "$1")"
}

stopped() { ! runs "$1"; }
