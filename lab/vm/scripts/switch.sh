#!/bin/sh
# A switch with VLANs: port 0 is the LAN, port 1 the IoT device (VLAN 2), the others are trunks.
set -eu
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox --install -s /bin
PATH=/bin
export PATH
for module in virtio_pci virtio_net 8021q bridge; do
    modprobe "$module" || :
done
/bin/ip link add br0 type bridge vlan_filtering 1 vlan_default_pvid 0 stp_state 0 mcast_snooping 0
ip link set br0 up
for device in /sys/class/net/eth*; do
    port=${device##*/}
    ip link set "$port" master br0
    case $port in
    eth0) bridge vlan add dev "$port" vid 1 pvid untagged ;;
    eth1) bridge vlan add dev "$port" vid 2 pvid untagged ;;
    *)
        bridge vlan add dev "$port" vid 1 pvid untagged
        for id in ${TRUNK:-2 3}; do
            bridge vlan add dev "$port" vid "$id"
        done
        ;;
    esac
    ip link set "$port" up
done
bridge vlan show
echo "the machine is up"
while :; do
    sleep 3600
done
