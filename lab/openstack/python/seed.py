"""Fills the new cloud with what KVM@TACC has, under its names, and waits until everything works.

`seed.py identity` comes before the other services start, `seed.py rest` after.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import openstack
from keystoneauth1 import exceptions as identity_exceptions

CLOUD = Path(os.environ["LAB_CLOUD"])
PASSWORD = os.environ["LAB_PASSWORD"]
REGION = os.environ["LAB_REGION"]
HOST = os.environ["LAB_HOST"]
PUBLIC_PREFIX = os.environ["LAB_PUBLIC_PREFIX"]
PROJECT, USER = "CHI-251234", "tester"
PATIENCE_SECONDS = 120
# Name, virtual processors, memory in MiB, disk in GiB.
FLAVORS = (("m1.small", 1, 2048, 20), ("m1.medium", 2, 4096, 40), ("m1.large", 4, 8192, 40))
# By name: the stage of lab/machine/image that a server of this image is.
IMAGES = {"CC-Ubuntu24.04": "bare", "CC-Ubuntu24.04-Docker": "machine"}
FREE_POOL = "freepool"


def port(service):
    """Read the port on which a service listens."""
    return os.environ[f"LAB_{service.upper()}_PORT"]


AUTH_URL = f"http://127.0.0.1:{port('identity')}/identity/v3"


def login(user, project):
    """Return a login as clouds.yaml has it."""
    return {
        "auth_url": AUTH_URL,
        "username": user,
        "password": PASSWORD,
        "project_name": project,
        "user_domain_name": "Default",
        "project_domain_name": "Default",
    }


def connect(user="admin", project="admin"):
    """Connect to the cloud."""
    return openstack.connection.Connection(region_name=REGION, auth=login(user, project))


def wait_for(what, check):
    """Wait until a check holds; what isn't there yet may answer with an error."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    problem = "no"
    while time.monotonic() < deadline:
        try:
            if check():
                return
        except (openstack.exceptions.SDKException, identity_exceptions.ClientException) as error:
            problem = str(error)
        time.sleep(0.3)
    raise SystemExit(f"{what} wasn't so within {PATIENCE_SECONDS} s: {problem}")


def seed_identity(cloud):
    """Make projects, users, and the catalogue of services."""
    identity = cloud.identity
    roles = {role.name: role for role in identity.roles()}
    service = find_or(
        identity.find_project, identity.create_project, "service", domain_id="default"
    )
    project = find_or(identity.find_project, identity.create_project, PROJECT, domain_id="default")
    for name in ("nova", "neutron", "glance", "placement", "cinder", "blazar"):
        user = find_or_user(identity, name, service)
        for role in ("admin", "service"):
            if role in roles:
                identity.assign_project_role_to_user(service, user, roles[role])
    user = find_or_user(identity, USER, project)
    for role in ("member", "reader"):
        identity.assign_project_role_to_user(project, user, roles[role])
    known = {entry.type for entry in identity.services()}
    for name, kind, address in catalogue():
        if kind in known:
            continue
        entry = identity.create_service(name=name, type=kind)
        for interface in ("public", "internal", "admin"):
            identity.create_endpoint(
                service_id=entry.id, interface=interface, url=address, region_id=REGION
            )


def catalogue():
    """List the services: name, type, address."""

    def at(service, path=""):
        return f"http://127.0.0.1:{port(service)}{path}"

    return (
        ("glance", "image", at("image")),
        ("nova", "compute", at("compute", "/v2.1")),
        ("neutron", "network", at("network")),
        ("placement", "placement", at("identity", "/placement")),
        ("cinder", "volumev3", at("volume", "/v3/%(project_id)s")),
        ("blazar", "reservation", at("reservation")),
    )


def find_or(find, create, name, **properties):
    """Find what has this name, or make it."""
    return find(name) or create(name=name, **properties)


def find_or_user(identity, name, project):
    """Find or make a user, whose password is always the cloud's."""
    return identity.find_user(name) or identity.create_user(
        name=name, password=PASSWORD, domain_id="default", default_project_id=project.id
    )


def seed_compute(cloud):
    """Make the flavors, and make Nova know its host."""
    wait_for("nova-compute up", lambda: service_is_up(cloud.compute.services(), "nova-compute"))
    if not any(cloud.compute.hypervisors()):
        discover_hosts()
    for name, processors, memory, disk in FLAVORS:
        find_or(
            cloud.compute.find_flavor,
            cloud.compute.create_flavor,
            name,
            vcpus=processors,
            ram=memory,
            disk=disk,
        )


def discover_hosts():
    """Let Nova note the host of the service that runs."""
    nova_manage = "from nova.cmd.manage import main; raise SystemExit(main())"
    options = ["--config-file", str(CLOUD / "etc/nova.conf"), "cell_v2", "discover_hosts"]
    found = subprocess.run(
        [sys.executable, "-c", nova_manage, *options], check=False, capture_output=True, text=True
    )
    if found.returncode != 0:
        raise SystemExit(f"Nova doesn't find its host: {found.stderr or found.stdout}")


def seed_images(cloud):
    """Make the images. Their bytes don't matter: a property tells the driver what a server is."""
    for name, stage in IMAGES.items():
        find_or(
            cloud.image.find_image,
            cloud.image.create_image,
            name,
            disk_format="raw",
            container_format="bare",
            visibility="public",
            os_distro=stage,
            data=bytes(1024),
            wait=True,
        )


def seed_network(cloud):
    """Make the public network, the one that projects share, and the router between them."""
    network = cloud.network
    public = find_or(
        network.find_network,
        network.create_network,
        "public",
        is_router_external=True,
        provider_network_type="flat",
        provider_physical_network="public",
    )
    find_or(
        network.find_subnet,
        network.create_subnet,
        "public-subnet",
        network_id=public.id,
        ip_version=4,
        cidr=f"{PUBLIC_PREFIX}.0/24",
        is_dhcp_enabled=False,
        gateway_ip=f"{PUBLIC_PREFIX}.1",
        allocation_pools=[{"start": f"{PUBLIC_PREFIX}.10", "end": f"{PUBLIC_PREFIX}.200"}],
    )
    shared = find_or(
        network.find_network,
        network.create_network,
        "sharednet1",
        is_shared=True,
        provider_network_type="flat",
        provider_physical_network="physnet1",
    )
    subnet = find_or(
        network.find_subnet,
        network.create_subnet,
        "sharednet1-subnet",
        network_id=shared.id,
        ip_version=4,
        cidr="10.56.0.0/22",
    )
    if not network.find_router("sharednet1-router"):
        router = network.create_router(
            name="sharednet1-router", external_gateway_info={"network_id": public.id}
        )
        network.add_interface_to_router(router, subnet_id=subnet.id)


def seed_project():
    """Give the project what those of a class have already, and write clouds.yaml."""
    project = connect(USER, PROJECT)
    if not project.network.find_security_group("allow-ssh"):
        group = project.network.create_security_group(name="allow-ssh")
        project.network.create_security_group_rule(
            security_group_id=group.id,
            direction="ingress",
            ether_type="IPv4",
            protocol="tcp",
            port_range_min=22,
            port_range_max=22,
            remote_ip_prefix="0.0.0.0/0",
        )
    clouds_file = CLOUD / "clouds.yaml"
    if not clouds_file.exists():
        credential = project.identity.create_application_credential(
            project.current_user_id, name="lab"
        )
        write_clouds(clouds_file, credential)


def write_clouds(file, credential):
    """Write clouds.yaml, which holds passwords. JSON is YAML."""
    common = {"region_name": REGION, "identity_api_version": 3, "interface": "public"}
    application = {
        "auth_url": AUTH_URL,
        "application_credential_id": credential.id,
        "application_credential_secret": credential.secret,
    }
    clouds = {
        "lab": {**common, "auth": login(USER, PROJECT)},
        "lab-app": {**common, "auth_type": "v3applicationcredential", "auth": application},
        "lab-admin": {**common, "auth": login("admin", "admin")},
    }
    new = file.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps({"clouds": clouds}, indent=1) + "\n")
    new.rename(file)


def give_host_to_blazar(cloud):
    """Let Blazar reserve on the host. It takes hosts without servers only."""
    if not any(entry.name == FREE_POOL for entry in cloud.compute.aggregates()):
        cloud.compute.create_aggregate(name=FREE_POOL)
    address = f"http://127.0.0.1:{port('reservation')}/v1/os-hosts"

    def registered():
        hosts = cloud.session.get(address).json()["hosts"]
        return any(host["hypervisor_hostname"] == HOST for host in hosts)

    def register():
        if not registered():
            cloud.session.post(address, json={"name": HOST})
        return registered()

    # Its manager may not listen yet.
    wait_for("the host in Blazar", register)


def service_is_up(services, binary):
    """Tell whether the service of that name has reported itself."""
    return any(entry.binary == binary and entry.state == "up" for entry in services)


def volume_service_is_up(cloud, binary):
    """Tell the same of one of Cinder's, which Debian's openstacksdk can't list."""
    services = cloud.block_storage.get("/os-services").json()["services"]
    return any(entry["binary"] == binary and entry["state"] == "up" for entry in services)


def wait_for_services(cloud):
    """Wait for what reports itself a while after it has been started."""
    for binary in ("cinder-scheduler", "cinder-volume"):
        wait_for(
            f"{binary} up",
            lambda binary=binary: volume_service_is_up(cloud, binary),
        )
    wait_for("the agents of Neutron alive", lambda: agents_are_alive(cloud))
    wait_for("the router active", lambda: router_is_active(cloud))


def agents_are_alive(cloud):
    """Tell whether both agents of Neutron report themselves."""
    alive = {agent.binary for agent in cloud.network.agents() if agent.is_alive}
    return {"neutron-linuxbridge-agent", "neutron-l3-agent"} <= alive


def router_is_active(cloud):
    """Tell whether the router's ports are plugged: floating IPs work from then on."""
    router = cloud.network.find_router("sharednet1-router")
    ports = list(cloud.network.ports(device_id=router.id))
    return len(ports) >= 2 and all(entry.status == "ACTIVE" for entry in ports)


def main(part):
    """Do one of the two parts; what is there already stays."""
    cloud = connect()
    if part == "identity":
        seed_identity(cloud)
        return
    seed_compute(cloud)
    seed_images(cloud)
    seed_network(cloud)
    seed_project()
    wait_for_services(cloud)
    give_host_to_blazar(cloud)


if __name__ == "__main__":
    main(sys.argv[1])
