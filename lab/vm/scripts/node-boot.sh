#!/bin/sh
# Boots from memory, then hands over to the node's root disk.
set -eu
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox --install -s /bin
PATH=/bin
export PATH
for module in virtio_pci virtio_blk crc32c_generic ext4; do
    modprobe "$module" || :
done
tries=0
until [ -b /dev/vda ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || exec sh
    sleep 0.1
done
# An emulated processor forgets all translations of addresses when it goes to another program: it is
# to do so seldom, and to fault less often when a program starts.
mount -t debugfs none /sys/kernel/debug
echo NO_WAKEUP_PREEMPTION >/sys/kernel/debug/sched/features
echo 50000000 >/sys/kernel/debug/sched/min_granularity_ns
echo 524288 >/sys/kernel/debug/fault_around_bytes
umount /sys/kernel/debug
mkdir -p /new
mount -t ext4 -o noatime /dev/vda /new
umount /proc /sys
mount --move /dev /new/dev
exec switch_root /new /sbin/init
