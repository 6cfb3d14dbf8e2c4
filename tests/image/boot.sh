#!/bin/sh
# A machine with systemd in this one's files: what it changes is gone with it.
# usage, as root: unshare -m -p -f -u -i -C sh boot.sh FOLDER CLONE
# The folder is empty; the clone is /mnt there.
set -eu
new=$1
clone=$2
mount --make-rprivate /
mount -t tmpfs none "$new"
mkdir "$new/changes" "$new/work" "$new/root"
mount -t overlay -o "lowerdir=/,upperdir=$new/changes,workdir=$new/work" none "$new/root"
cd "$new/root"
mount --bind "$clone" mnt
mount -t proc none proc
mount -t sysfs -o ro none sys
mount -t tmpfs none dev
mkdir dev/pts dev/shm
for device in null zero full random urandom tty; do
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=0666 none dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs none run
mount -t tmpfs none tmp
mount -t tmpfs none sys/fs/cgroup
mkdir sys/fs/cgroup/systemd
mount -t cgroup -o none,name=systemd none sys/fs/cgroup/systemd 2>/dev/null ||
    mount -t cgroup2 none sys/fs/cgroup
# Nothing of this machine is started, nothing of its kernel is set.
rm -rf etc/systemd/system
mkdir etc/systemd/system
for unit in systemd-sysctl.service systemd-modules-load.service systemd-binfmt.service \
    systemd-remount-fs.service systemd-udevd.service systemd-udev-trigger.service \
    proc-sys-fs-binfmt_misc.automount; do
    ln -s /dev/null "etc/systemd/system/$unit"
done
printf '[Unit]\nRequires=systemd-journald.service\n' >etc/systemd/system/boot.target
mkdir old
pivot_root . old
cd /
umount -l /old
exec /usr/bin/env -i container=oci PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --unit=boot.target
