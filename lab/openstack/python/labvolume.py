"""Cinder's driver for the lab's volumes: sparse files, attached as loop devices.

Device mapper is missing in the kernels of some small machines, and with it LVM.
"""

import shutil
from pathlib import Path

from cinder import interface
from cinder.volume import driver
from oslo_concurrency import processutils
from oslo_config import cfg

CONF = cfg.CONF
CONF.register_opts([cfg.StrOpt("lab_volume_dir")], group="loop")
GIB = 30


@interface.volumedriver
class LoopDriver(driver.VolumeDriver):
    """A volume is a file of its size; it takes the space that was written to."""

    VERSION = "1.0"

    def check_for_setup_error(self):
        """Make the folder of the files."""
        self._folder().mkdir(parents=True, exist_ok=True)

    def _update_volume_stats(self):
        free = shutil.disk_usage(self._folder()).free >> GIB
        self._stats = {
            "volume_backend_name": "loop",
            "vendor_name": "lab",
            "driver_version": self.VERSION,
            "storage_protocol": "local",
            "total_capacity_gb": free,
            "free_capacity_gb": free,
            "reserved_percentage": 0,
        }

    def create_volume(self, volume):
        """Make the file."""
        self._resize(volume, volume.size)

    def extend_volume(self, volume, new_size):
        """Let the file grow."""
        self._resize(volume, new_size)

    def delete_volume(self, volume):
        """Remove the file."""
        self._detach(volume)
        self._file(volume).unlink(missing_ok=True)

    def ensure_export(self, context, volume):
        """Nothing to export: the server runs on the same machine."""

    def create_export(self, context, volume, connector):
        """Nothing to export: the server runs on the same machine."""

    def remove_export(self, context, volume):
        """Nothing was exported."""

    def initialize_connection(self, volume, connector):
        """Give the volume a loop device."""
        file = str(self._file(volume))
        device = self._device(volume) or processutils.execute("losetup", "-f", "--show", file)[0]
        return {"driver_volume_type": "local", "data": {"device_path": device.strip()}}

    def terminate_connection(self, volume, connector, **kwargs):
        """Take the loop device away."""
        self._detach(volume)

    @staticmethod
    def _folder():
        return Path(CONF.loop.lab_volume_dir)

    def _file(self, volume):
        return self._folder() / volume.name

    def _resize(self, volume, size):
        processutils.execute("truncate", "-s", f"{size}G", str(self._file(volume)))

    def _device(self, volume):
        attached = processutils.execute("losetup", "-j", str(self._file(volume)))[0]
        return attached.split(":")[0] if attached else None

    def _detach(self, volume):
        if device := self._device(volume):
            processutils.execute("losetup", "-d", device)
