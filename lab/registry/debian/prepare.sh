#!/bin/bash
# Makes rootfs.tar: Debian's minimal system of one suite, without what official slim images leave out.
set -euo pipefail

suite=$1
archive=$(<"$MACHINE/archive")
keyring='Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg'

# In name spaces of its own: whatever ends this ends debootstrap and takes its mounts away.
unshare --mount --pid --fork --kill-child --propagation private -- \
  debootstrap --variant=minbase "$suite" rootfs "$archive"

cp -a "$MACHINE/rootfs/." rootfs/
rm -f rootfs/etc/apt/sources.list
{
  printf 'Types: deb\nURIs: %s\nSuites: %s %s-updates\nComponents: main\n%s\n' "$archive" "$suite" "$suite" "$keyring"
  [ ! -s "$MACHINE/security" ] ||
    printf '\nTypes: deb\nURIs: %s\nSuites: %s-security\nComponents: main\n%s\n' "$(<"$MACHINE/security")" "$suite" "$keyring"
} >rootfs/etc/apt/sources.list.d/debian.sources

# No service starts when a package is installed in a build; packages leave no archives, manuals or translations.
printf '#!/bin/sh\nexit 101\n' >rootfs/usr/sbin/policy-rc.d
chmod +x rootfs/usr/sbin/policy-rc.d
cat >rootfs/etc/apt/apt.conf.d/docker-clean <<'END'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Apt::AutoRemove::SuggestsImportant "false";
END
echo force-unsafe-io >rootfs/etc/dpkg/dpkg.cfg.d/docker-apt-speedup
trimmed='doc groff info linda lintian man locale'
for folder in $trimmed; do echo "path-exclude /usr/share/$folder/*"; done >rootfs/etc/dpkg/dpkg.cfg.d/docker
printf 'path-include %s\n' '/usr/share/doc/*/copyright' /usr/share/locale/locale.alias >>rootfs/etc/dpkg/dpkg.cfg.d/docker
for folder in $trimmed; do
  [ ! -d "rootfs/usr/share/$folder" ] ||
    find "rootfs/usr/share/$folder" -mindepth 1 ! -type d ! -path '*/doc/*/copyright' ! -name locale.alias -delete
done
find rootfs/usr/share/doc rootfs/usr/share/locale -mindepth 1 -type d -empty -delete
rm -rf rootfs/var/cache/apt/archives/*.deb rootfs/var/cache/apt/*.bin rootfs/var/cache/debconf/*-old \
  rootfs/var/lib/apt/lists/* rootfs/var/lib/dpkg/*-old rootfs/var/log/*.log rootfs/var/log/apt rootfs/debootstrap \
  rootfs/etc/hostname rootfs/etc/resolv.conf

tar --create --file rootfs.tar --directory rootfs --numeric-owner --exclude './dev/*' --exclude './proc/*' --exclude './sys/*' .
rm -rf rootfs
