"""Nova's API, conductor, scheduler and compute service in one process.

They talk to each other in memory (`transport_url = fake://`), which saves some hundred MiB.
"""

import sys
from pathlib import Path

import nova.cmd  # first: it patches the standard library for eventlet
import nova.conf
import nova.virt
import os_vif
from nova import config, objects, service
from nova.compute import rpcapi as compute_rpcapi
from nova.conductor import rpcapi as conductor_rpcapi
from nova.scheduler import rpcapi as scheduler_rpcapi
from oslo_log import log as logging
from oslo_service import service as oslo_service

CONF = nova.conf.CONF
# Nova loads drivers of servers from below nova.virt only.
nova.virt.__path__.append(str(Path(__file__).resolve().parent / "server_driver"))
TOPICS = {
    "nova-conductor": conductor_rpcapi.RPC_TOPIC,
    "nova-scheduler": scheduler_rpcapi.RPC_TOPIC,
    "nova-compute": compute_rpcapi.RPC_TOPIC,
}


def main():
    """Start all, and wait."""
    config.parse_args(sys.argv)
    logging.setup(CONF, "nova")
    objects.register_all()
    os_vif.initialize()
    objects.Service.enable_min_version_cache()
    launcher = oslo_service.ServiceLauncher(CONF, restart_method="mutate")
    for binary, topic in TOPICS.items():
        launcher.launch_service(service.Service.create(binary=binary, topic=topic))
    for api in CONF.enabled_apis:
        launcher.launch_service(service.WSGIService(api))
    launcher.wait()


if __name__ == "__main__":
    main()
