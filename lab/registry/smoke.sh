#!/bin/bash
# Pulls every image from the registry and checks that it is and does what the official image of that name is and does,
# as far as the product relies on it. Run fill.sh first. Ends with "N passed, N failed"; status 1 when any failed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

READY_SECONDS=60
run=lab-smoke-$$
scratch=$(mktemp -d)
passed=0
failed=0

main() {
  trap clean_up EXIT
  docker network create "$run" >/dev/null
  local image
  while read -r image _; do
    check "$image: pulled, made from today's recipe" is_current "$image"
    "smoke_${image%%:*}" "$image"
  done < <(rows)
  printf '%s passed, %s failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ]
}

smoke_debian() {
  check "$1: is that release, slim" outputs 1 "$1" \
    sh -c "grep -c '^VERSION_CODENAME=$(version_of "$1")$' /etc/os-release && ! test -e /usr/share/man/man1/ls.1.gz"
  check "$1: installs packages" succeeds "$1" sh -c 'apt-get update -qq && apt-get install -qq ca-certificates curl'
}

smoke_node() {
  local version
  version=$(version_of "$1")
  check "$1: runs that version, by option" outputs "v$version" "$1" --version
  check "$1: runs scripts" outputs 42 "$1" /tmp/answer.js
  check "$1: runs commands as they are, as user node" outputs 1000 --user node "$1" sh -c 'id -u'
  check "$1: npm installs from its registry" succeeds --user node --workdir /tmp "$1" npm install --no-audit is-number@7.0.0
  check "$1: headers fit" succeeds "$1" grep -q "define NODE_MINOR_VERSION $(cut -d. -f2 <<<"$version")" \
    /usr/local/include/node/node_version.h
}

smoke_golang() {
  check "$1: is that version" outputs "go$(version_of "$1")" "$1" go env GOVERSION
  check "$1: installs a program of a module, on PATH" succeeds --env CGO_ENABLED=0 "$1" \
    sh -c 'go install golang.org/x/example/hello@v0.0.0-20240925201653-1a5e218e5455 && hello'
}

smoke_python() {
  local name
  for name in python python3; do
    check "$1: $name is that version" outputs "Python $(version_of "$1")" "$1" "$name" --version
  done
  check "$1: is in /usr/local/bin" outputs /usr/local/bin/python "$1" which python
  check "$1: pip installs for all, as root" succeeds "$1" \
    sh -c 'pip install -q --root-user-action ignore six==1.17.0 && python -c "import six"'
  check "$1: makes virtual environments" succeeds "$1" \
    sh -c 'python -m venv /tmp/v && /tmp/v/bin/pip install -q six==1.17.0 && /tmp/v/bin/python -c "import six"'
}

smoke_postgres() {
  local image=$1 server=$run-postgres
  local sealed=(--user 999:999 --read-only --tmpfs /tmp --tmpfs /run/postgresql --cap-drop ALL
    --security-opt no-new-privileges --network "$run" --volume "$server:/var/lib/postgresql/data")
  head -c 18 /dev/urandom | base64 >"$scratch/password"
  echo 'CREATE TABLE made_by_init (n int);' >"$scratch/10-table.sql"
  chmod 755 "$scratch"
  docker run --detach --name "$server" "${sealed[@]}" --env POSTGRES_USER=owner --env POSTGRES_DB=facts \
    --env POSTGRES_PASSWORD_FILE=/run/secrets/password --volume "$scratch/password:/run/secrets/password:ro" \
    --volume "$scratch/10-table.sql:/docker-entrypoint-initdb.d/10-table.sql:ro" "$(reference "$image")" >/dev/null
  check "$image: is ready as user 999 on a read-only root" is_ready "$server"
  check "$image: is that version" says "$(version_of "$image") (" 'SHOW server_version'
  check "$image: keeps passwords as SCRAM" says SCRAM-SHA-256 "SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = 'owner'"
  check "$image: has the official image's locale" says en_US.utf8 \
    "SELECT datcollate FROM pg_database WHERE datname = 'facts'"
  check "$image: ran the init files and takes data" says 1 'INSERT INTO made_by_init VALUES (7) RETURNING 1'
  check "$image: refuses a wrong password" refuses_wrong_password "$server"
  check "$image: stops cleanly on its stop signal" stops_cleanly "$server"
  docker start "$server" >/dev/null
  check "$image: is ready again" is_ready "$server"
  check "$image: kept the data" says 7 'SELECT n FROM made_by_init'
  check "$image: needed no recovery" lacks "$server" 'not properly shut down'
  check "$image: refuses to start without a password" refuses_no_password "$image"
  docker run --detach --name "$run-root" --env POSTGRES_PASSWORD="$(<"$scratch/password")" "$(reference "$image")" >/dev/null
  check "$image: is ready when started as root" is_ready "$run-root"
  check "$image: and does not run as root" runs_as 999 "$run-root"
}

# check WORDS COMMAND…: counts it; the command's output is shown when it fails.
check() {
  local words=$1
  shift
  if "$@" >"$scratch/output" 2>&1; then
    passed=$((passed + 1))
    say "ok: $words"
  else
    failed=$((failed + 1))
    say "FAILED: $words"
    tail -n 5 "$scratch/output" | sed 's/^/  | /'
  fi
}

is_current() {
  docker pull --quiet "$(reference "$1")" || return 1
  [ "$(docker image inspect --format "{{index .Config.Labels \"$RECIPE_LABEL\"}}" "$(reference "$1")")" = "$(recipe_key "$1")" ]
}

# outputs WANTED [DOCKER_OPTION…] IMAGE ARGUMENT…: the last line of the container's output is that.
outputs() {
  local wanted=$1 output
  shift
  output=$(run_image "$@") || return 1
  printf '%s\n' "$output"
  [ "$(tail -n 1 <<<"$output")" = "$wanted" ]
}

succeeds() { run_image "$@"; }

# The image is the first argument that looks like one of the list; the registry's address goes before it.
run_image() {
  local arguments=() argument image=
  for argument; do
    if [ -z "$image" ] && rows | awk '{ print $1 }' | grep -qxF -- "$argument"; then
      image=$argument
      argument=$(reference "$image")
    fi
    arguments+=("$argument")
  done
  echo 'console.log(6 * 7)' >"$scratch/answer.js"
  docker run --rm --volume "$scratch/answer.js:/tmp/answer.js:ro" "${arguments[@]}"
}

is_ready() {
  local deadline=$((SECONDS + READY_SECONDS))
  # Over TCP: the server that fills a new cluster listens on the local socket only.
  until docker exec "$1" pg_isready --quiet --host 127.0.0.1; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      docker logs --tail 5 "$1"
      return 1
    fi
    sleep 0.3
  done
}

# says WANTED SQL: the first row, asked over the network with the password, begins with that.
says() {
  local answer
  answer=$(ask_database "$(<"$scratch/password")" "$2") || return 1
  printf '%s\n' "$answer"
  [ "${answer:0:${#1}}" = "$1" ]
}

ask_database() {
  PGPASSWORD=$1 docker run --rm --network "$run" --env PGPASSWORD "$(reference "$(rows | awk '/^postgres:/ { print $1 }')")" \
    psql --no-psqlrc --quiet --tuples-only --no-align --host "$run-postgres" --username owner --dbname facts --command "$2"
}

refuses_wrong_password() {
  ! ask_database wrong 'SELECT 1' >"$scratch/refusal" 2>&1 || return 1
  grep -F 'password authentication failed' "$scratch/refusal"
}

refuses_no_password() {
  ! run_image "$1" >"$scratch/refusal" 2>&1 || return 1
  grep -F POSTGRES_PASSWORD_FILE "$scratch/refusal"
}

stops_cleanly() {
  docker stop "$1" || return 1
  docker logs --tail 5 "$1" 2>&1 | grep -F 'database system is shut down' || return 1
  [ "$(docker inspect --format '{{.State.ExitCode}}' "$1")" = 0 ]
}

lacks() { ! docker logs "$1" 2>&1 | grep -F "$2"; }
runs_as() { [ "$(docker exec "$2" stat --format %u /proc/1)" = "$1" ]; }
reference() { printf '%s/library/%s\n' "$ADDR" "$1"; }

clean_up() {
  docker rm --force --volumes "$run-postgres" "$run-root" >/dev/null 2>&1 || true
  docker volume rm "$run-postgres" >/dev/null 2>&1 || true
  docker network rm "$run" >/dev/null 2>&1 || true
  rm -rf "$scratch"
}

main
