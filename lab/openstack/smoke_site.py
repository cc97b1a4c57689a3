"""The project that smoke.py uses, and what it does there."""

import base64
import datetime
import os
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager

import openstack

NAME = f"smoke-{os.getpid()}"
IMAGE, IMAGE_WITH_DOCKER, FLAVOR = "CC-Ubuntu24.04", "CC-Ubuntu24.04-Docker", "m1.small"
BOOT_SECONDS, CHANGE_SECONDS, CLOSED_SECONDS = 120, 90, 3
SSH_PORT, OPEN_PORT, CLOSED_PORT = 22, 8000, 8001
# Answers on both ports: only the security group decides which is reached.
USER_DATA = f"""#cloud-config
runcmd:
  - systemd-run --working-directory /srv python3 -m http.server {OPEN_PORT}
  - systemd-run --working-directory /srv python3 -m http.server {CLOSED_PORT}
"""


def eventually(holds, seconds=CHANGE_SECONDS):
    """Wait until a check holds; its result, or what it said last."""
    deadline = time.monotonic() + seconds
    while True:
        result = holds()
        if result or time.monotonic() > deadline:
            return result
        time.sleep(0.3)


def run(*command, timeout=BOOT_SECONDS):
    """Run a program; its output, or nothing when it fails."""
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout.strip() or "done" if done.returncode == 0 else ""


def answers(address, port):
    """Tell whether a server answers over HTTP."""
    try:
        with urllib.request.urlopen(f"http://{address}:{port}/", timeout=CLOSED_SECONDS):
            return True
    except (urllib.error.URLError, OSError):
        return False


class Site:
    """A project of the cloud, and what these checks do with it."""

    def __init__(self, folder):
        self.cloud = openstack.connect("lab")
        self.shared = self.cloud.network.find_network("sharednet1")
        self.key = folder / "key"
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)], check=True
        )
        public = self.key.with_suffix(".pub").read_text().strip()
        self.servers, self.ports = [], []
        self.keypair = self.cloud.compute.create_keypair(name=NAME, public_key=public)

    def close(self):
        """Remove what all servers shared."""
        self.cloud.compute.delete_keypair(self.keypair)

    def inventory(self):
        """List what the project has of this run; others may use the cloud as well."""
        cloud = self.cloud
        lists = (
            cloud.compute.servers(name=NAME),
            cloud.network.ports(name=NAME),
            cloud.network.security_groups(name=NAME),
            cloud.network.ips(description=NAME),
            cloud.block_storage.volumes(name=NAME),
        )
        return [entry.id for entries in lists for entry in entries]

    @contextmanager
    def group(self, *ports):
        """Make a security group that opens ports to this machine."""
        network = self.cloud.network
        group = network.create_security_group(name=NAME)
        for port in ports:
            network.create_security_group_rule(
                security_group_id=group.id,
                direction="ingress",
                protocol="tcp",
                port_range_min=port,
                port_range_max=port,
                remote_ip_prefix="198.51.100.1/32",
            )
        try:
            yield group
        finally:
            network.delete_security_group(group)

    @contextmanager
    def server(self, group, flavor=FLAVOR, image=IMAGE):
        """Make a server with a floating IP; both and the port are gone in the end."""
        network = self.cloud.network
        with ExitStack() as undo:
            port = network.create_port(
                name=NAME, network_id=self.shared.id, security_group_ids=[group.id]
            )
            undo.callback(network.delete_port, port, ignore_missing=True)
            self.ports.append(port.id)
            ip = network.create_ip(
                description=NAME,
                floating_network_id=network.find_network("public").id,
                port_id=port.id,
            )
            undo.callback(network.delete_ip, ip)
            server = self.create(flavor, image, networks=[{"port": port.id}])
            undo.callback(self.delete, server)
            yield server, ip.floating_ip_address

    def create(self, flavor, image=IMAGE, networks=None):
        """Make a server and wait until it has started, or hasn't."""
        compute = self.cloud.compute
        flavor_id = flavor if "-" in flavor else compute.find_flavor(flavor).id
        server = compute.create_server(
            name=NAME,
            flavor_id=flavor_id,
            image_id=self.cloud.image.find_image(image).id,
            networks=networks or [{"uuid": self.shared.id}],
            key_name=NAME,
            user_data=base64.b64encode(USER_DATA.encode()).decode(),
        )
        self.servers.append(server.id)
        return eventually(lambda: self.settled(server))

    def settled(self, server):
        """Give the server once it is ACTIVE or in ERROR."""
        now = self.cloud.compute.get_server(server)
        return now if now.status in ("ACTIVE", "ERROR") else None

    def delete(self, server):
        """Delete a server and wait until it is gone."""
        self.cloud.compute.delete_server(server, ignore_missing=True)
        eventually(lambda: self.is_gone(server))

    def is_gone(self, server):
        """Tell whether there is no such server."""
        return self.cloud.compute.find_server(server.id) is None

    def ssh(self, address, script):
        """Run a script on a server; its output, or nothing when it fails."""
        options = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"]
        options += ["ConnectTimeout=3", "LogLevel=ERROR"]
        flags = [flag for option in options for flag in ("-o", option)]
        return run("ssh", "-i", str(self.key), *flags, f"cc@{address}", script)

    def attach(self, volume, server):
        """Attach a volume and wait for it."""
        self.cloud.compute.create_volume_attachment(server, volume_id=volume.id)
        return eventually(lambda: self.volume_is("in-use", volume))

    def volume_is(self, status, volume):
        """Tell whether a volume has that status."""
        return self.cloud.block_storage.get_volume(volume).status == status

    def reserve(self):
        """Make a lease of one small server; wait until it is active."""
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=2)
        reservation = {
            "resource_type": "flavor:instance",
            "flavor_id": self.cloud.compute.find_flavor(FLAVOR).id,
            "amount": 1,
            "affinity": "None",
        }
        lease = {
            "name": NAME,
            "start_date": "now",
            "end_date": end.strftime("%Y-%m-%d %H:%M"),
            "reservations": [reservation],
            "events": [],
        }
        lease_id = self.blazar("POST", "/leases", json=lease)["lease"]["id"]
        eventually(lambda: self.lease(lease_id)["status"] == "ACTIVE")
        return self.lease(lease_id)

    def lease(self, lease_id):
        """Read a lease."""
        return self.blazar("GET", f"/leases/{lease_id}")["lease"]

    def blazar(self, method, path, cloud=None, **options):
        """Ask Blazar."""
        session = (cloud or self.cloud).session
        endpoint = session.get_endpoint(service_type="reservation")
        answer = session.request(f"{endpoint}/v1{path}", method, **options)
        return answer.json() if answer.text else None
