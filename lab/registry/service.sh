# shellcheck shell=bash
# The registry as a background process of this machine: started, found again, stopped. One a cache folder.

PID_FILE=$STATE/registry.pid # "PID ADDR"
SERVICE_LOG=$STATE/registry.log
START_SECONDS=20
STOP_SECONDS=10

start_service() {
  local pid running_on
  if read -r pid running_on < <(running_service); then
    # shellcheck disable=SC2153  # ADDR comes from lib.sh
    [ "$running_on" = "$ADDR" ] || die "the registry already runs on $running_on (pid $pid), $ADDR was asked for" \
      "stop it first with: $REGISTRY_FOLDER/fill.sh --stop"
    wait_until $START_SECONDS answers || die "the registry (pid $pid) does not answer on $ADDR; see $SERVICE_LOG" \
      "restart it with: $REGISTRY_FOLDER/fill.sh --stop && $REGISTRY_FOLDER/fill.sh"
    return
  fi
  port_is_free || die "$ADDR is taken by another program: $(port_owner)" \
    "stop that program, or choose another address with --addr 127.0.0.1:PORT"
  mkdir -p "$STATE/data"
  # Not the caller's lock (descriptor 9), terminal or session: it stays when the caller ends. The child writes the pid
  # file, before it takes the port, so that no interruption leaves a registry that nobody knows.
  # shellcheck disable=SC2016  # expanded by the child
  REGISTRY_HTTP_ADDR=$ADDR REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=$STATE/data \
    setsid bash -c 'echo "$$ $REGISTRY_HTTP_ADDR" >"$1" && exec "$2" serve "$3"' start-registry \
    "$PID_FILE" "$(registry_program)" "$REGISTRY_FOLDER/config.yml" </dev/null >"$SERVICE_LOG" 2>&1 9>&- &
  wait_until $START_SECONDS answers || die "the registry did not start on $ADDR within $START_SECONDS s; its log:" \
    "$(tail -n 5 "$SERVICE_LOG")"
  say "registry started on $ADDR (log $SERVICE_LOG)"
}

stop_service() {
  local pid addr
  if ! read -r pid addr < <(running_service); then
    say "no registry is running from $STATE"
    return
  fi
  kill "$pid"
  wait_until $STOP_SECONDS has_ended "$pid" || die "the registry (pid $pid) did not stop within $STOP_SECONDS s"
  rm -f "$PID_FILE"
  say "registry on $addr stopped; its images stay in $STATE"
}

# "PID ADDR" of the registry that serves this cache folder; nothing, and false, when it is not running.
running_service() {
  local pid addr
  read -r pid addr 2>/dev/null <"$PID_FILE" || return 1
  is_registry "$pid" && printf '%s %s\n' "$pid" "$addr"
}

# A pid file outlives a reboot: the number may be another program's by now. False for a zombie too, which machines
# whose first process reaps no children keep for ever.
is_registry() { grep -qs docker-registry "/proc/$1/cmdline"; }
has_ended() { ! is_registry "$1"; }

registry_program() { command -v docker-registry || printf '%s\n' "$STATE/bin/usr/bin/docker-registry"; }

answers() {
  curl -fsS --noproxy '*' --max-time 2 -o /dev/null -D - "http://$ADDR/v2/" 2>/dev/null |
    grep -qi '^docker-distribution-api-version: registry/2'
}

port_is_free() { ! (exec 3<>"/dev/tcp/${ADDR%:*}/${ADDR#*:}") 2>/dev/null; }
port_owner() { ss -Hltnp "sport = :${ADDR#*:}" 2>/dev/null | grep -o 'users:.*' || echo 'unknown'; }

# wait_until SECONDS COMMAND…: false when the command has not succeeded by then.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.2
  done
}
