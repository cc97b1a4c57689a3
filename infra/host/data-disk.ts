// What is done on a server with the volume that holds the stack's data: formatted the first time, mounted now and at each
// boot, unmounted before it is taken off. POSIX shell scripts.

export interface DataDisk {
  /** Id of the volume in the cloud. */
  volumeId: string;
  /** Folders on it, one for each volume of Docker's. */
  folders: readonly string[];
}

export const dataFolder = "/srv/feedback-loop";
const waitSeconds = 120;
/** Of a volume's id, as a disk's serial number. */
const serialLength = 20;

const preamble = `export PATH="$PATH:/usr/sbin:/sbin"
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }`;

/** Makes a file system only on a disk on which nothing at all is found. */
export function mountScript({ volumeId, folders }: DataDisk): string {
  const serial = volumeId.slice(0, serialLength);
  const paths = folders.map((folder) => `${dataFolder}/${folder}`).join(" ");
  return `set -eu
${preamble}
fail() { printf '%s\\n' "$1" >&2; exit 1; }
find_disk() {
  for disk in /dev/disk/by-id/virtio-${serial} /dev/disk/by-id/*${volumeId}*; do
    if [ -b "$disk" ]; then readlink -f "$disk"; return; fi
  done
  return 1
}
tries=0
until disk=$(find_disk); do
  tries=$((tries + 1))
  [ "$tries" -lt ${waitSeconds} ] || fail "the volume ${volumeId} is attached, but no disk of that name came up on the server within ${waitSeconds} s"
  sleep 1
done
# 2: nothing that blkid knows; any other failure is no reason to format.
found=0
type=$(as_root blkid -p -o value -s TYPE "$disk") || found=$?
case $found in
  0) [ -n "$type" ] || fail "the volume ${volumeId} has partitions: give it a file system as a whole, or take another volume" ;;
  2) as_root mkfs.ext4 -q -L feedback-loop "$disk" >&2; type=ext4 ;;
  *) fail "the volume ${volumeId} can't be read (blkid ended with $found)" ;;
esac
uuid=$(as_root blkid -p -o value -s UUID "$disk")
as_root mkdir -p ${dataFolder}
line="UUID=$uuid ${dataFolder} $type defaults,nofail,x-systemd.device-timeout=30s 0 2"
if ! grep -qxF "$line" /etc/fstab; then
  as_root sed -i '\\| ${dataFolder} |d' /etc/fstab
  printf '%s\\n' "$line" | as_root tee -a /etc/fstab >/dev/null
  # Containers wait for their data at a boot; without it they don't start, and write nowhere else.
  as_root mkdir -p /etc/systemd/system/docker.service.d
  printf '[Unit]\\nAfter=%s\\n' "$(systemd-escape --path --suffix=mount ${dataFolder})" |
    as_root tee /etc/systemd/system/docker.service.d/feedback-loop-data.conf >/dev/null
  as_root systemctl daemon-reload
fi
mountpoint -q ${dataFolder} || as_root mount "$disk" ${dataFolder}
as_root mkdir -p ${paths}
# Inside, users of containers own what belongs to other users out here.
as_root chmod 700 ${dataFolder}`;
}

/** What still writes there is stopped by then; what was written is on the disk afterwards. */
export const unmountScript = `${preamble}
sync
mountpoint -q ${dataFolder} && as_root umount ${dataFolder}`;

/** Where the volume has become larger; other file systems than ours are left as they are. */
export const growScript = `set -eu
${preamble}
set -- $(awk '$2 == "${dataFolder}" { print $1, $3 }' /proc/mounts)
[ "$2" != ext4 ] || as_root resize2fs "$1"`;
