#!/bin/sh
# An IoT device on an access port: one address, which it is told by the kernel's command line.
set -eu
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox --install -s /bin
PATH=/bin
export PATH
for module in virtio_pci virtio_net af_packet; do
    modprobe "$module" || :
done
read -r line </proc/cmdline
for word in $line; do
    case $word in
    address=*) address=${word#address=} ;;
    esac
done
ip link set lo up
ip address add "$address" dev eth0
ip link set eth0 up
echo "a lamp" >/www/index.html
httpd -p 80 -h /www
echo "the machine is up"
while :; do
    sleep 3600
done
