#!/bin/sh
# Runs one runner per channel, each with folders of its own, from the disk that carries them.
set -eu
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox --install -s /bin
PATH=/bin
export PATH
for module in virtio_pci virtio_blk virtio_console crc32c_generic ext4 8021q macvlan bridge veth \
    af_packet; do
    modprobe "$module" || :
done
tries=0
until [ -b /dev/vda ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || exec sh
    sleep 0.1
done
mkdir -p /programs /var/lib/cni
mount -t ext4 -o ro /dev/vda /programs
# An emulated processor forgets all translations of addresses when it goes to another program: it is
# to do so seldom, and to fault less often when a program starts.
mount -t debugfs none /sys/kernel/debug
echo NO_WAKEUP_PREEMPTION >/sys/kernel/debug/sched/features
echo 50000000 >/sys/kernel/debug/sched/min_granularity_ns
echo 524288 >/sys/kernel/debug/fault_around_bytes
ip link set lo up
for channel in /dev/vport*; do
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare -m sh -c '
        mount -t tmpfs none /run
        mount -t tmpfs none /var/lib/cni
        mkdir /run/netns
        exec /programs/runner /programs/plugins <>"$1" >&0
    ' sh "$channel" &
done
echo "the machine is up"
wait
poweroff -f
