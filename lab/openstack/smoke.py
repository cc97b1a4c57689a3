"""Uses the cloud as a deployment does; called by smoke.sh."""

import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import openstack
from keystoneauth1.exceptions import ClientException
from smoke_site import (
    BOOT_SECONDS,
    CLOSED_PORT,
    IMAGE_WITH_DOCKER,
    NAME,
    OPEN_PORT,
    SSH_PORT,
    Site,
    answers,
    eventually,
    run,
)

CLOUD = Path(os.environ["LAB_CLOUD"])
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
