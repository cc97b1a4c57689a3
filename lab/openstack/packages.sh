# shellcheck shell=bash
# OpenStack itself: Debian's packages, and Blazar, which Debian doesn't have, from PyPI.

PACKAGES='python3-keystone python3-glance python3-placement python3-nova python3-neutron python3-pymysql
  cinder-api cinder-scheduler cinder-volume neutron-linuxbridge-agent neutron-l3-agent python3-openstackclient
  python3-venv mariadb-server-core mariadb-client-core rabbitmq-server uwsgi-core uwsgi-plugin-python3
  curl iptables ipset conntrack iputils-arping'
APT_SECONDS=300
POLICY=/usr/sbin/policy-rc.d

install_packages() {
  # shellcheck disable=SC2086  # a list
  if all_installed $PACKAGES; then return; fi
  say "installing Debian's packages of OpenStack: a minute or two"
  apt_get update
  forbid_services
  # shellcheck disable=SC2086
  apt_get install --yes --no-install-recommends $PACKAGES
  allow_services
}

all_installed() {
  local found
  found=$(dpkg-query --show --showformat '${db:Status-Abbrev}\n' "$@" 2>/dev/null) && ! grep -qv '^ii' <<<"$found"
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=$APT_SECONDS "$@" >"$CLOUD/log/apt.log" 2>&1 ||
    die "apt-get $1 failed; the end of $CLOUD/log/apt.log:" "$(tail -n 5 "$CLOUD/log/apt.log")"
}

# The packages would start services of their own, with configurations and ports of their own.
forbid_services() {
  policy_is_ours=''
  [ ! -e $POLICY ] || return 0
  policy_is_ours=yes
  printf '#!/bin/sh\nexit 101\n' >$POLICY
  chmod +x $POLICY
  trap allow_services EXIT
}

allow_services() {
  if [ -n "$policy_is_ours" ]; then rm -f $POLICY; fi
  policy_is_ours=''
}

# In an environment of its own; only the scheduler's filter joins Debian's Nova. Made again when a version changes.
install_blazar() {
  local key
  key=$(hash_folder "$HERE/blazar" | sha256sum | cut -c1-16)
  BLAZAR=$CLOUD/blazar-$key
  if [ -e "$BLAZAR/complete" ]; then return; fi
  say "installing Blazar"
  runs reservation-api || rm -rf "$CLOUD"/blazar-*
  {
    "$PYTHON" -m venv "$BLAZAR" &&
      "$BLAZAR/bin/pip" install --require-hashes --requirement "$HERE/blazar/requirements.txt" &&
      "$BLAZAR/bin/pip" install --require-hashes --no-deps --target "$BLAZAR/nova-filter" \
        --requirement "$HERE/blazar/nova-filter.txt"
  } >"$CLOUD/log/blazar-install.log" 2>&1 ||
    die "Blazar wasn't installed; the end of $CLOUD/log/blazar-install.log:" "$(tail -n 5 "$CLOUD/log/blazar-install.log")"
  touch "$BLAZAR/complete"
}
