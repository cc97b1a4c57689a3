"""Nova's driver for the lab's servers: containers that behave like small virtual machines.

systemd is the first process, cloud-init reads Nova's own config drive, sshd and, on images that
have one, a Docker Engine run inside. The outer end of the network interface is called tap<port>,
the name for which Neutron's agent waits: security groups and floating IPs are Neutron's. Docker is
the only memory of the driver, so Nova may be started again at any time.
"""

import json
import os
import shutil
from pathlib import Path

import nova.conf
from nova import exception
from nova.api.metadata import base as instance_metadata
from nova.compute import power_state
from nova.virt import fake, hardware
from oslo_concurrency import processutils
from oslo_log import log as logging

LOG = logging.getLogger(__name__)
CONF = nova.conf.CONF
LABEL = "feedback-loop.lab.server"
# No privileged container: that needs a capability which the machine around may not have itself.
CONFINEMENT = (
    *("--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE", "--cgroupns", "private"),
    *("--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"),
    *("--tmpfs", "/run:exec", "--tmpfs", "/run/lock"),
    # Loop devices, for volumes: a rule that comes later doesn't hold for the control groups inside.
    *("--device-cgroup-rule", "b 7:* rwm"),
)
STOP_SECONDS = 20
# As virtio names a disk: the first characters of the volume's id.
SERIAL_LENGTH = 20
STATES = {"running": power_state.RUNNING, "paused": power_state.PAUSED}


def run(*command):
    """Run a program; its output."""
    return processutils.execute(*[str(word) for word in command])[0]


def quietly(*command):
    """Run a program whose failure says that there was nothing to do."""
    try:
        return run(*command)
    except processutils.ProcessExecutionError as error:
        LOG.info("ignored: %s", (error.stderr or "").strip())
        return ""


class ContainerDriver(fake.FakeDriver):
    """What Nova asks of a hypervisor, done with Docker and ip."""

    vcpus, memory_mb, local_gb = 32, 131072, 2000  # what the "hypervisor" offers
    capabilities = fake.FakeDriver.capabilities | {"supports_attach_interface": False}

    def spawn(
        self,
        context,
        instance,
        image_meta,
        injected_files,
        admin_password,
        allocations,
        network_info=None,
        block_device_info=None,
        power_on=True,
        accel_info=None,
    ):
        """Make the container with its config drive, and start it."""
        self._write_config_drive(instance, injected_files, admin_password, network_info)
        run("docker", "create", *self._container_options(instance), self._image(image_meta))
        if power_on:
            self._start(instance, network_info, block_device_info)

    def destroy(
        self,
        context,
        instance,
        network_info,
        block_device_info=None,
        destroy_disks=True,
        destroy_secrets=True,
    ):
        """Remove all that spawn made."""
        quietly("docker", "rm", "-f", "-v", self._name(instance))
        for vif in network_info or []:
            quietly("ip", "link", "del", self._tap(vif))
        if destroy_disks:
            quietly("docker", "volume", "rm", self._name(instance))
            shutil.rmtree(self._config_drive(instance), ignore_errors=True)

    def power_off(self, instance, timeout=0, retry_interval=0):
        """Shut the server down."""
        if not self._inspect(instance):
            raise exception.InstanceNotFound(instance_id=instance.uuid)
        run("docker", "stop", "-t", timeout or STOP_SECONDS, self._name(instance))

    def power_on(self, context, instance, network_info, block_device_info=None, accel_info=None):
        """Boot a server that was shut down."""
        self._start(instance, network_info, block_device_info)

    def reboot(
        self,
        context,
        instance,
        network_info,
        reboot_type,
        block_device_info=None,
        bad_volumes_callback=None,
        accel_info=None,
    ):
        """Shut down, or cut the power, and boot."""
        self.power_off(instance, timeout=STOP_SECONDS if reboot_type == "SOFT" else 1)
        self._start(instance, network_info, block_device_info)

    def pause(self, instance):
        """Freeze the server."""
        run("docker", "pause", self._name(instance))

    def unpause(self, instance):
        """Let it go on."""
        run("docker", "unpause", self._name(instance))

    def default_root_device_name(self, instance, image_meta, root_bdm):
        """Name the root disk as on KVM, so that volumes become /dev/vdb and on."""
        return "/dev/vda"

    def attach_volume(
        self,
        context,
        connection_info,
        instance,
        mountpoint,
        disk_bus=None,
        device_type=None,
        encryption=None,
    ):
        """Give the server a node for the volume's loop device, and the name that udev gives."""
        if self.get_info(instance).state == power_state.RUNNING:
            self._attach(instance, connection_info, mountpoint)

    def detach_volume(self, context, connection_info, instance, mountpoint, encryption=None):
        """Take the node away."""
        inside = self._inside(instance)
        quietly(*inside, "umount", mountpoint)
        quietly(*inside, "rm", "-f", mountpoint, self._disk_by_id(connection_info))

    def get_info(self, instance, use_cache=True):
        """Tell the state of power."""
        info = self._inspect(instance)
        if not info:
            raise exception.InstanceNotFound(instance_id=instance.uuid)
        state = STATES.get(info["State"]["Status"], power_state.SHUTDOWN)
        return hardware.InstanceInfo(state=state)

    def list_instance_uuids(self):
        """Tell which servers there are."""
        format_ = f'{{{{.Label "{LABEL}"}}}}'
        return run("docker", "ps", "-a", "--filter", f"label={LABEL}", "--format", format_).split()

    def get_console_output(self, context, instance):
        """Tell what the server wrote on its console."""
        out, err = processutils.execute("docker", "logs", self._name(instance), binary=True)
        return out + err

    @staticmethod
    def _name(instance):
        return f"feedback-loop-lab-server-{instance.uuid}"

    @staticmethod
    def _tap(vif):
        return "tap" + vif["id"][:11]

    @staticmethod
    def _config_drive(instance):
        return Path(CONF.state_path) / "config-drive" / instance.uuid

    @staticmethod
    def _settings():
        """Read what up.sh says about servers, at each use: it may have changed."""
        return json.loads((Path(CONF.state_path) / "servers.json").read_text())

    def _image(self, image_meta):
        """Choose the container's image, which the image's property os_distro names."""
        return self._settings()["images"][image_meta.properties.get("os_distro")]

    def _container_options(self, instance):
        name, memory = self._name(instance), f"{instance.flavor.memory_mb}m"
        delay = Path(CONF.state_path) / "boot-delay-seconds"
        environment = {
            "BOOT_DELAY_SECONDS": delay.read_text().strip() if delay.exists() else "0",
            **self._settings()["environment"],
        }
        return (
            *("--tty", "--name", name, "--label", f"{LABEL}={instance.uuid}", "--network", "none"),
            *("--hostname", instance.hostname, "--add-host", f"{instance.hostname}:127.0.1.1"),
            *("--memory", memory, "--memory-swap", memory),
            *("--cpus", min(instance.flavor.vcpus, os.cpu_count())),
            *CONFINEMENT,
            *("--volume", f"{name}:/var/lib/docker"),
            *("--volume", f"{self._config_drive(instance)}:/var/lib/cloud/seed/config_drive:ro"),
            *(f"--env={key}={value}" for key, value in environment.items()),
        )

    def _inspect(self, instance):
        found = quietly("docker", "inspect", "--type", "container", self._name(instance)).strip()
        return json.loads(found)[0] if found not in ("", "[]") else None

    def _inside(self, instance):
        """Name the command that runs another with the server's files."""
        return ("nsenter", "-t", self._inspect(instance)["State"]["Pid"], "-m", "-r")

    def _write_config_drive(self, instance, injected_files, admin_password, network_info):
        extra = {"admin_pass": admin_password} if admin_password else {}
        metadata = instance_metadata.InstanceMetadata(
            instance, content=injected_files, extra_md=extra, network_info=network_info
        )
        folder = self._config_drive(instance)
        shutil.rmtree(folder, ignore_errors=True)
        for path, data in metadata.metadata_for_config_drive():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data if isinstance(data, bytes) else data.encode())

    def _start(self, instance, network_info, block_device_info=None):
        run("docker", "start", self._name(instance))
        # The network last: the first process waits for it before anything else starts.
        for disk in (block_device_info or {}).get("block_device_mapping") or []:
            self._attach(instance, disk["connection_info"], disk["mount_device"])
        pid = self._inspect(instance)["State"]["Pid"]
        for number, vif in enumerate(network_info or []):
            self._plug(pid, number, vif)

    @staticmethod
    def _disk_by_id(connection_info):
        return "/dev/disk/by-id/virtio-" + connection_info["serial"][:SERIAL_LENGTH]

    def _attach(self, instance, connection_info, mountpoint):
        inside, link = self._inside(instance), self._disk_by_id(connection_info)
        number = Path(connection_info["data"]["device_path"]).stat().st_rdev
        quietly(*inside, "rm", "-f", mountpoint)
        run(*inside, "mknod", mountpoint, "b", os.major(number), os.minor(number))
        run(*inside, "mkdir", "-p", Path(link).parent)
        run(*inside, "ln", "-sfn", f"../../{Path(mountpoint).name}", link)

    def _plug(self, pid, number, vif):
        tap, new, final = self._tap(vif), f"new{number}", f"eth{number}"
        inside = ("nsenter", "-t", pid, "-n", "ip")
        quietly("ip", "link", "del", tap)
        peer = ("peer", "name", new, "address", vif["address"], "netns", pid)
        run("ip", "link", "add", tap, "type", "veth", *peer)
        bridge = vif["network"]["bridge"]  # brq<network>; the agent leaves servers' ports to us
        if not Path("/sys/class/net", bridge).exists():
            quietly("ip", "link", "add", bridge, "type", "bridge")
            run("ip", "link", "set", bridge, "up")
        run("ip", "link", "set", tap, "up", "master", bridge)
        run(*inside, "link", "set", new, "name", final)
        run(*inside, "link", "set", final, "up")
        for subnet in vif["network"]["subnets"]:
            length = subnet["cidr"].split("/")[1]
            for ip in subnet["ips"]:
                run(*inside, "addr", "add", f"{ip['address']}/{length}", "dev", final)
            gateway = (subnet.get("gateway") or {}).get("address")
            if gateway and number == 0:
                run(*inside, "route", "replace", "default", "via", gateway)
