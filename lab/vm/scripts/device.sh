#!/bin/sh
# An IoT device with one address, from the kernel's command line, and a web page.
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
echo "an IoT device" >/www/index.html
httpd -p 80 -h /www
echo "the machine is up"
while :; do
    sleep 3600
done
