# shellcheck shell=bash
# Shared by the scripts of this folder: where things are kept, how they speak, and the list of images.

REGISTRY_FOLDER=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
STATE=${FEEDBACK_LOOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/feedback-loop}/registry
ADDR=${LAB_REGISTRY_ADDR:-127.0.0.1:5055}
# Whose words these are; another part of the lab that reads this file names itself.
PART=${PART:-lab/registry}
# The label under which an image carries the hash of what it was made from.
RECIPE_LABEL=feedback-loop.lab.recipe

say() { printf '%s: %s\n' "$PART" "$*"; }

die() {
  printf '%s\n' "${@/#/$PART: }" >&2
  exit 1
}

# The rows of images.txt: image, recipe folder, base.
rows() { grep -v '^#' "$REGISTRY_FOLDER/images.txt"; }

recipe_of() { column_of "$1" 2; }
base_of() { column_of "$1" 3; }

column_of() {
  rows | awk -v image="$1" -v column="$2" '$1 == image { print $column; found = 1 } END { exit !found }' ||
    die "images.txt has no image named \"$1\"; it has: $(rows | awk '{ print $1 }' | xargs)"
}

# What the tag says before its first dash: a version, or Debian's code name.
version_of() {
  local tag=${1#*:}
  printf '%s\n' "${tag%%-*}"
}

# Hash of all that decides an image's content: its name, its recipe, its base, and what it takes from this machine.
recipe_key() {
  local image=$1 base
  base=$(base_of "$image")
  {
    printf '%s\n' "$image"
    if [ "$base" = - ]; then hash_folder "$STATE/machine"; else recipe_key "$base"; fi
    hash_folder "$REGISTRY_FOLDER/$(recipe_of "$image")"
  } | sha256sum | cut -c1-64
}

hash_folder() { (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum); }

# The key of the image that the registry serves under this name; nothing when there is none.
published_key() {
  local name=${1%%:*} tag=${1#*:} manifest config
  manifest=$(ask "$name/manifests/$tag") || return 0
  # The first digest of a manifest is that of its config (the order of fields is fixed by the format).
  [[ $manifest =~ sha256:[0-9a-f]{64} ]] || return 0
  config=$(ask "$name/blobs/${BASH_REMATCH[0]}") || return 0
  [[ $config =~ \"${RECIPE_LABEL//./\\.}\":\"([0-9a-f]{64})\" ]] && printf '%s\n' "${BASH_REMATCH[1]}"
}

ask() {
  curl -fsS --noproxy '*' --max-time 10 "http://$ADDR/v2/library/$1" 2>/dev/null \
    -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
    -H 'Accept: application/vnd.oci.image.manifest.v1+json'
}
