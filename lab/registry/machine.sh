# shellcheck shell=bash
# What an image built here must know of this machine to reach its package registries: where apt fetches from, apt's
# own settings for that, and the certificate authorities. It goes into the lab's base images and nowhere else.
# Laid out under $STATE/machine: `rootfs` is copied over a base image's files, `archive` and `security` hold one URI.

describe_machine() {
  local folder=$STATE/machine rootfs=$STATE/machine/rootfs
  rm -rf "$folder"
  mkdir -p "$rootfs/etc/apt/apt.conf.d" "$rootfs/etc/ssl/certs" "$rootfs/usr/local/share/ca-certificates"
  archive_uri Debian >"$folder/archive" ||
    die "apt's sources name no Debian archive; the lab needs a Debian machine whose 'apt-get update' works"
  archive_uri Debian-Security >"$folder/security" || rm -f "$folder/security"
  { apt-config dump | grep -E '^Acquire::(Check-|https?::Proxy)' || true; } >"$rootfs/etc/apt/apt.conf.d/90-machine"
  # Both: the bundle serves as it is, the single files survive an `apt-get install ca-certificates` in a Dockerfile.
  cp /etc/ssl/certs/ca-certificates.crt "$rootfs/etc/ssl/certs/"
  find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$rootfs/usr/local/share/ca-certificates/" \;
}

# URI of the Debian archive with this label (Debian or Debian-Security) among apt's sources.
archive_uri() {
  # shellcheck disable=SC2016  # $(…) is apt's own syntax
  apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    awk -v label="$1" '$1 == "Debian" && $2 == label && !uri { uri = $3 } END { sub("/$", "", uri); print uri; exit !uri }'
}
