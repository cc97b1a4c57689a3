#!/bin/bash
# One image of images.txt into the registry, unless the registry has it from the same recipe already. Called by fill.sh.
# A recipe is a folder with a Dockerfile; its `prepare.sh`, if there is one, first fetches what the Dockerfile copies
# into the build context (its working folder), so that builds need no BuildKit: any Docker client will do.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

image=$1
recipe=$REGISTRY_FOLDER/$(recipe_of "$image")
base=$(base_of "$image")
reference=$ADDR/library/$image
file_name=${image//[:\/]/-}
context=$STATE/work/$file_name
log=$STATE/log/$file_name.log

build_and_push() {
  local arguments=(--build-arg "VERSION=$(version_of "$image")" --label "$RECIPE_LABEL=$key")
  # --pull: the base that the registry serves, not one of the same name left in the engine.
  [ "$base" = - ] || arguments+=(--pull --build-arg "BASE=$ADDR/library/$base")
  rm -rf "$context"
  mkdir -p "$context"
  cp -a "$recipe/." "$context"
  cd "$context"
  if [ -x prepare.sh ]; then MACHINE=$STATE/machine ./prepare.sh "$(version_of "$image")"; fi
  DOCKER_BUILDKIT=0 docker build --force-rm --tag "$reference" "${arguments[@]}" .
  docker push "$reference"
}

key=$(recipe_key "$image")
if [ "$(published_key "$image")" = "$key" ]; then
  say "$image: ready"
  exit
fi
say "$image: building"
mkdir -p "$STATE/log"
replaced=$(docker image inspect --format '{{.Id}}' "$reference" 2>/dev/null || true)
# Not `if (…)`: what is tested runs without `set -e`.
set +e
(
  set -e
  build_and_push
) >"$log" 2>&1
outcome=$?
set -e
if [ "$outcome" -ne 0 ]; then
  # Without the engine's colours, and without the long commands that it repeats around the message.
  tail -n 15 "$log" | sed 's/\x1b\[[0-9;]*m//g; /^Step /d; /^The command /d; s/^/  | /' >&2
  die "$image: failed after $SECONDS s; the whole log is $log"
fi
rm -rf "$context"
if [ -n "$replaced" ] && [ "$replaced" != "$(docker image inspect --format '{{.Id}}' "$reference")" ]; then
  docker image rm "$replaced" >/dev/null 2>&1 || true # still in use by a container: it stays until that is gone
fi
say "$image: ready after $SECONDS s"
