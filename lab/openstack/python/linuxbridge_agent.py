"""Neutron's agent for Linux bridges, without its protection from forged ARP packets.

With ebtables on nftables the agent fails to delete those rules when a server goes, tries again for
minutes, and filters no new port meanwhile: security groups would be open.
"""

import sys

from neutron.plugins.ml2.drivers.linuxbridge.agent import arp_protect


def do_nothing(*_arguments, **_named):
    """Take the place of each function that sets or removes a rule of ebtables."""


for function in (
    "setup_arp_spoofing_protection",
    "delete_arp_spoofing_protection",
    "delete_unreferenced_arp_protection",
):
    if not hasattr(arp_protect, function):
        raise SystemExit(f"this Neutron has no {function} to switch off: look for its successor")
    setattr(arp_protect, function, do_nothing)

from neutron.cmd.eventlet.plugins.linuxbridge_neutron_agent import main  # noqa: E402

sys.argv[0] = "neutron-linuxbridge-agent"
sys.exit(main())
