"""Uses the cloud as a deployment does; called by smoke.sh."""

import base64
import datetime
import os
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

import openstack
from keystoneauth1.exceptions import ClientException

NAME = f"smoke-{os.getpid()}"
CLOUD = Path(os.environ["LAB_CLOUD"])
IMAGE, IMAGE_WITH_DOCKER, FLAVOR = "CC-Ubuntu24.04", "CC-Ubuntu24.04-Docker", "m1.small"
BOOT_SECONDS, CHANGE_SECONDS, CLOSED_SECONDS = 120, 90, 3
SSH_PORT, OPEN_PORT, CLOSED_PORT = 22, 8000, 8001
# Answers on both ports: only the security group decides which is reached.
USER_DATA = f"""#cloud-config
runcmd:
  - systemd-run --working-directory /srv python3 -m http.server {OPEN_PORT}
  - systemd-run --working-directory /srv python3 -m http.server {CLOSED_PORT}
"""
passed, failed = 0, 0


def check(what, holds):
    """Count a check; the result of the call that is the check, if it is to be used."""
    global passed, failed
    try:
        result = holds()
    except Exception:
        result = None
        traceback.print_exc(limit=-2)
    if result:
        passed += 1
        print(f"ok: {what}", flush=True)
    else:
        failed += 1
        print(f"FAILED: {what}", flush=True)
    return result


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


def use_reservation(site):
    """Use a lease until its time is over."""
    lease = check("a lease becomes active", site.reserve)
    if not lease:
        return
    flavor = lease["reservations"][0]["id"]
    try:
        with site.group(SSH_PORT) as group, site.server(group, flavor=flavor) as (server, _):
            check("a server on the reservation starts", lambda: server.status == "ACTIVE")
            second = site.create(flavor)
            check("a second one on it doesn't", lambda: second.status == "ERROR")
            site.delete(second)
            end_lease(lease["id"])
            check(
                "when the lease ends, the server goes",
                lambda: eventually(lambda: site.is_gone(server)),
            )
            check(
                "and the lease stays in the list",
                lambda: eventually(lambda: site.lease(lease["id"])["status"] == "TERMINATED"),
            )
    finally:
        site.blazar("DELETE", f"/leases/{lease['id']}")
    application = openstack.connect("lab-app")
    check("an application credential makes no lease", lambda: makes_no_lease(site, application))


def makes_no_lease(site, cloud):
    """Tell whether Blazar refuses."""
    try:
        site.blazar("POST", "/leases", cloud, json={"name": NAME, "reservations": [], "events": []})
    except ClientException:
        return True
    return False


def end_lease(lease_id):
    """Let the end of a lease have come: Blazar's own clock does the rest."""
    statements = (
        f"UPDATE events SET time = UTC_TIMESTAMP() WHERE lease_id = '{lease_id}'"
        " AND event_type = 'end_lease'; "
        f"UPDATE leases SET end_date = UTC_TIMESTAMP() WHERE id = '{lease_id}'"
    )
    socket = CLOUD / "run/database.sock"
    subprocess.run(
        ["mariadb", "--no-defaults", "-uroot", f"--socket={socket}", "-e", statements, "blazar"],
        check=True,
    )


def use_server(site, images, debian):
    """Boot a server with Docker, and give it a volume that outlives it."""
    volume = site.cloud.block_storage.create_volume(name=NAME, size=1)
    check("a volume is made", lambda: eventually(lambda: site.volume_is("available", volume)))
    disk = f"/dev/disk/by-id/virtio-{volume.id[:20]}"
    with site.group(SSH_PORT) as group:
        with site.server(group, image=IMAGE_WITH_DOCKER) as (server, address):
            check(
                "it answers to ssh",
                lambda: eventually(lambda: site.ssh(address, "true"), BOOT_SECONDS),
            )
            check(
                "cloud-init ends well",
                lambda: "done" in site.ssh(address, "cloud-init status --wait"),
            )
            check(
                "no service failed",
                lambda: site.ssh(address, "systemctl is-system-running --wait") == "running",
            )
            check("its console shows its host key", lambda: shows_host_key(site, server, address))
            check(
                "its engine pulls from the registry",
                lambda: site.ssh(address, f"docker pull -q {debian}"),
            )
            check("and what is pushed here", lambda: pulls_own_image(site, address, images, debian))
            check(
                "a container reaches package registries",
                lambda: reaches_packages(site, address, debian),
            )
            check("a volume is attached", lambda: site.attach(volume, server))
            use_disk = (
                f"sudo mkfs.ext4 -q {disk} && sudo mkdir /data && "
                f"echo UUID=$(sudo blkid -s UUID -o value {disk}) /data ext4 nofail 0 2 "
                "| sudo tee -a /etc/fstab && sudo mount /data && echo kept | sudo tee /data/file"
            )
            check("and has its name", lambda: site.ssh(address, use_disk))
            site.cloud.compute.reboot_server(server, "SOFT")
            check(
                "it is mounted after a reboot",
                lambda: eventually(
                    lambda: site.ssh(
                        address,
                        "uptime -s >/dev/null; findmnt -n -o SOURCE /data && cat /data/file",
                    ),
                    BOOT_SECONDS,
                ),
            )
        check(
            "it is free when the server is gone",
            lambda: eventually(lambda: site.volume_is("available", volume)),
        )
        with site.server(group) as (server, address):
            eventually(lambda: site.ssh(address, "true"), BOOT_SECONDS)
            site.attach(volume, server)
            read = f"sudo mount {disk} /mnt && cat /mnt/file"
            check("the next server finds its data", lambda: site.ssh(address, read) == "kept")
    eventually(lambda: site.volume_is("available", volume))
    site.cloud.block_storage.delete_volume(volume)
    check(
        "the volume is deleted",
        lambda: eventually(lambda: site.cloud.block_storage.find_volume(volume.id) is None),
    )


def shows_host_key(site, server, address):
    """Compare the host key on the console with the one that ssh meets."""
    console = site.cloud.compute.get_server_console_output(server)["output"]
    key = run("ssh-keyscan", "-t", "ed25519", address).split()[2]
    between = console.split("BEGIN SSH HOST KEY KEYS")[1].split("END SSH HOST KEY KEYS")[0]
    return key in between


def pulls_own_image(site, address, images, debian):
    """Push an image here and pull it there under the same name."""
    image = f"{images}/{NAME}:1"
    run("docker", "pull", "-q", debian)
    run("docker", "tag", debian, image)
    pushed = run("docker", "push", "-q", image)
    run("docker", "image", "rm", image)
    return pushed and site.ssh(address, f"docker pull -q {image}")


def reaches_packages(site, address, debian):
    """Fetch the list of Debian's packages in a container on a server."""
    return site.ssh(address, f"docker run --rm {debian} apt-get update -qq && echo fetched")


def make_and_delete(site, cycles):
    """Make and delete servers: what isn't opened is closed each time, and nothing is left."""
    for cycle in range(1, cycles + 1):
        with site.group(OPEN_PORT) as group, site.server(group) as (_, address):
            check(
                f"cycle {cycle}: the open port answers",
                lambda address=address: eventually(
                    lambda: answers(address, OPEN_PORT), BOOT_SECONDS
                ),
            )
            check(
                f"cycle {cycle}: the closed one doesn't",
                lambda address=address: not answers(address, CLOSED_PORT),
            )
    check("this machine has nothing left", lambda: eventually(lambda: not leftovers(site)))
    check("and the project neither", lambda: not site.inventory())


def leftovers(site):
    """List what this machine has of the servers: containers, disks, interfaces, filters."""
    known = {
        "docker": run("docker", "ps", "-a") + run("docker", "volume", "ls"),
        "links": run("ip", "-o", "link"),
        "filters": run("iptables-save"),
    }
    seeds = [seed.name for seed in (CLOUD / "data/nova/config-drive").iterdir()]
    named = "\n".join([*known.values(), *seeds])
    # As Neutron's agent shortens the ids of ports.
    return [id_ for id_ in [*site.servers, *(port[:10] for port in site.ports)] if id_ in named]


def main(cycles, images, debian):
    """Run all checks."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        try:
            use_server(site, images, debian)
            use_reservation(site)
            make_and_delete(site, cycles)
        finally:
            site.close()
    print(f"{passed} passed, {failed} failed")
    return failed == 0


if __name__ == "__main__":
    sys.exit(0 if main(int(sys.argv[1]), sys.argv[2], sys.argv[3]) else 1)
