# shellcheck shell=bash
# The cloud's two networks on this machine: veth pairs whose one end Neutron's agent puts into its bridges. (Dummy
# interfaces would do, but small machines' kernels have none.) Floating IPs are reached over lab-public.

provide_network() {
  local link
  for link in lab-shared lab-public; do
    ip link show "$link" >/dev/null 2>&1 || ip link add "$link" type veth peer name "$link-if"
    ip link set "$link" up
    ip link set "$link-if" up
  done
  ip address replace "$PUBLIC_PREFIX.1/24" dev lab-public
  sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1
  provide_way_out
}

provide_way_out() {
  local outside
  outside=$(ip -o route show default | grep -oP 'dev \K\S+' | head -n 1)
  [ -n "$outside" ] || die "this machine has no default route, so servers would have no way out"
  # -o matters: without it, packets on the bridges are changed too.
  provide_rule nat -A POSTROUTING --source "$PUBLIC_PREFIX.0/24" -o "$outside" -j MASQUERADE
  # Bridges have shown these packets to iptables already. In the zone in which that happened they would get no NAT.
  provide_rule raw -I PREROUTING -i lab-public -j CT --zone-orig 9
  # Docker drops what it doesn't know.
  provide_rule filter -I DOCKER-USER -i lab-public -j ACCEPT
  provide_rule filter -I DOCKER-USER -o lab-public -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
}

# provide_rule TABLE -A|-I CHAIN RULE…
provide_rule() {
  local table=$1 how=$2
  shift 2
  iptables --wait --table "$table" -C "$@" -m comment --comment "$RULE_MARK" 2>/dev/null ||
    iptables --wait --table "$table" "$how" "$@" -m comment --comment "$RULE_MARK"
}

# What is above, and what Neutron's agents leave: name spaces, interfaces and rules.
remove_network() {
  local space link table
  for space in $(ip netns list 2>/dev/null | awk '/^(qrouter|qdhcp)-/ { print $1 }'); do
    ip netns pids "$space" | xargs --no-run-if-empty kill -KILL
    ip netns delete "$space"
  done
  for link in $(ip -o link show | grep -oP '^\d+: \K(tap[0-9a-f-]{11}|brq[0-9a-f-]{11}|lab-shared|lab-public)(?=[@:])'); do
    ip link delete "$link" 2>/dev/null || true # it went with another one
  done
  for table in raw mangle nat filter; do
    remove_rules "$table"
    remove_rules_of_chains "$table"
  done
}

# Rule by rule and in one go: writing back a whole table would undo what others, Docker for one, change meanwhile.
remove_rules() {
  local rules
  rules=$(iptables-save --table "$1" | grep -E "^-A .*(neutron-|--comment \"?$RULE_MARK)" | sed 's/^-A/-D/' || true)
  [ -z "$rules" ] || printf '*%s\n%s\nCOMMIT\n' "$1" "$rules" | iptables-restore --wait --noflush
}

remove_rules_of_chains() {
  local chains
  chains=$(iptables-save --table "$1" | grep -oP '^:\Kneutron-\S+' || true)
  [ -z "$chains" ] || {
    printf '*%s\n' "$1"
    # shellcheck disable=SC2086  # a list
    printf -- '-F %s\n' $chains
    # shellcheck disable=SC2086
    printf -- '-X %s\n' $chains
    printf 'COMMIT\n'
  } | iptables-restore --wait --noflush
}
