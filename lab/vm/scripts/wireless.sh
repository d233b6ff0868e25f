#!/bin/sh
# Asks an access point from its station and from the station's macvlan child, all in this machine.
# An access point hears only whom it knows by MAC; the same child on a cable, under the same name,
# shows that nothing else is wrong with it.
set -eu
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox --install -s /bin
PATH=/bin
export PATH
for module in af_packet macvlan veth mac80211_hwsim; do
    modprobe "$module" || :
done
read -r line </proc/cmdline
for word in $line; do
    case $word in
    network=*) network=${word#network=} ;;
    conflist=*) conflist=${word#conflist=} ;;
    capabilities=*) capabilities=${word#capabilities=} ;;
    esac
done
mkdir -p /conflists /var/lib
ln -s /run /var/run
echo "$conflist" | base64 -d >/conflists/network.conflist
CAP_ARGS=$(echo "$capabilities" | base64 -d)
export CAP_ARGS NETCONFPATH=/conflists CNI_PATH=/bin

inside() {
    ip netns exec "$@"
}
address() {
    ip -netns "$1" address add "$2/24" dev "$3"
    ip -netns "$1" link set "$3" up
}
ask() {
    if inside "$2" ping -q -c 3 -W 2 192.168.18.1 >/dev/null; then
        echo "$1: answered"
    else
        echo "$1: not answered"
    fi
}
ask_from_child() {
    ip netns add pod
    inside "$2" cnitool add "$network" /run/netns/pod >/dev/null
    ask "$1" pod
    # Gives the address back: the next child asks for the same one.
    inside "$2" cnitool del "$network" /run/netns/pod
    ip netns delete pod
}

for namespace in station access-point wired router; do
    ip netns add "$namespace"
done
iw phy phy0 set netns name station
iw phy phy1 set netns name access-point
printf '%s\n' interface=wlan1 driver=nl80211 ssid=home hw_mode=g channel=1 >/access-point
printf 'network={\nssid="home"\nkey_mgmt=NONE\n}\n' >/station
inside access-point hostapd -B /access-point >/dev/null
inside station wpa_supplicant -B -D nl80211 -i wlan0 -c /station >/dev/null
address access-point 192.168.18.1 wlan1
address station 192.168.18.10 wlan0
tries=0
until inside station iw dev wlan0 link | grep -q ^Connected; do
    tries=$((tries + 1))
    if [ "$tries" -ge 150 ]; then
        echo "the station found no access point"
        poweroff -f
    fi
    sleep 0.1
done

ip link add wlan0 netns wired type veth peer name wlan1 netns router
address router 192.168.18.1 wlan1
address wired 192.168.18.10 wlan0

ask_from_child macvlan station
ask_from_child "macvlan by wire" wired
# The station comes last: its answer shows that it was not the link that failed the child.
ask station station
echo "done"
poweroff -f
