# shellcheck shell=bash
# The image of the lab's machines: made from the recipe in image/ and the lab's base image, again when either changes.

MACHINE_FOLDER=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BASE_IMAGE=debian:bookworm-slim

# image_name STAGE: the machine with Docker (`machine`) or without (`bare`).
image_name() { printf '%s/%s:%s\n' "$NETWORK" "$1" "$(image_key)"; }

image_key() {
  {
    recipe_key "$BASE_IMAGE"
    hash_folder "$MACHINE_FOLDER/image"
  } | sha256sum | cut -c1-16
}

provide_image() {
  local image log=$STATE/log/machine-$1.log
  [ -n "$(published_key "$BASE_IMAGE")" ] || "$REGISTRY_FOLDER/fill.sh" >&2
  image=$(image_name "$1")
  if docker image inspect "$image" >/dev/null 2>&1; then return; fi
  say "building $image" >&2
  mkdir -p "$STATE/log"
  DOCKER_BUILDKIT=0 docker build --force-rm --pull --target "$1" --build-arg "BASE=$ADDR/library/$BASE_IMAGE" \
    --tag "$image" "$MACHINE_FOLDER/image" >"$log" 2>&1 ||
    { tail -n 15 "$log" >&2; die "the image wasn't built; the whole log is $log"; }
}
