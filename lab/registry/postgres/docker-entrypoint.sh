#!/bin/bash
# The part of the official image's entry point that a deployment uses, with the same variables and the same outcome:
# makes the database cluster on an empty volume, runs /docker-entrypoint-initdb.d once, then becomes the server.
# Nothing is written outside $PGDATA, /tmp and /var/run/postgresql, so the root file system may be read-only.
set -euo pipefail

main() {
  [ "${1:0:1}" != - ] || set -- postgres "$@"
  if [ "$1" = postgres ] && ! asks_for_words "$@"; then
    if [ "$(id -u)" = 0 ]; then become_postgres "$@"; fi
    prepare_folder
    if [ ! -s "$PGDATA/PG_VERSION" ]; then create_cluster "$@"; fi
  fi
  exec "$@"
}

asks_for_words() {
  local argument
  for argument; do
    case $argument in --help | -\? | --describe-config | --version | -V) return 0 ;; esac
  done
  return 1
}

become_postgres() {
  prepare_folder
  find "$PGDATA" /var/run/postgresql ! -user postgres -exec chown postgres {} +
  exec setpriv --reuid postgres --regid postgres --init-groups -- "$0" "$@"
}

prepare_folder() {
  mkdir -p "$PGDATA"
  # Refused on some volumes whose owner is another user; the server itself checks what matters.
  chmod 700 "$PGDATA" || true
}

create_cluster() {
  local POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB POSTGRES_INITDB_ARGS
  value_of POSTGRES_USER postgres
  value_of POSTGRES_PASSWORD ''
  value_of POSTGRES_DB "$POSTGRES_USER"
  value_of POSTGRES_INITDB_ARGS ''
  local method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -z "$POSTGRES_PASSWORD" ] && [ "$method" != trust ]; then
    echo "Error: the database is empty and POSTGRES_PASSWORD is not set: set it, or POSTGRES_PASSWORD_FILE." >&2
    exit 1
  fi
  initialise
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
  # A server for this container only, so that nobody connects before the database is complete.
  pg_ctl start --silent --wait -D "$PGDATA" -o "$(printf '%q ' "${@:2}" -c listen_addresses=)"
  fill_database
  pg_ctl stop --silent --wait --mode fast -D "$PGDATA"
  printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

# value_of NAME DEFAULT: from the file that NAME_FILE names, or from NAME itself.
value_of() {
  local file_variable=$1_FILE
  local file=${!file_variable:-} given
  given=$(printenv "$1" || true)
  if [ -n "$file" ] && [ -n "$given" ]; then
    echo "Error: both $1 and $file_variable are set; set one of them." >&2
    exit 1
  fi
  if [ -n "$file" ]; then given=$(<"$file"); fi
  printf -v "$1" '%s' "${given:-$2}"
}

initialise() {
  local options=()
  # Words of a command line, as in the official image: quotes in them count.
  eval "options=($POSTGRES_INITDB_ARGS)"
  # Never in an argument list, which every process of the machine can read.
  initdb -D "$PGDATA" --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") "${options[@]}"
}

fill_database() {
  # Over the local socket, which initdb leaves open to this container unless POSTGRES_INITDB_ARGS says otherwise.
  local -x PGUSER=$POSTGRES_USER PGPASSWORD=$POSTGRES_PASSWORD PGDATABASE=postgres
  if [ "$POSTGRES_DB" != postgres ]; then
    psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -v name="$POSTGRES_DB" <<<'CREATE DATABASE :"name";'
  fi
  PGDATABASE=$POSTGRES_DB
  local file
  for file in /docker-entrypoint-initdb.d/*; do run_init_file "$file"; done
}

run_init_file() {
  case $1 in
    *.sh)
      echo "running $1"
      # shellcheck source=/dev/null
      if [ -x "$1" ]; then "$1"; else . "$1"; fi
      ;;
    *.sql) echo "running $1"; psql --no-psqlrc -v ON_ERROR_STOP=1 --file "$1" ;;
    *.sql.gz) echo "running $1"; gunzip --stdout "$1" | psql --no-psqlrc -v ON_ERROR_STOP=1 ;;
    *) [ ! -e "$1" ] || echo "ignoring $1" ;;
  esac
}

main "$@"
