#!/bin/sh
# The system's programs that the tests need; installed where this user may, named where not.
set -eu
PATH=$PATH:/usr/sbin:/sbin
wanted=
need() {
    command -v "$1" >/dev/null 2>&1 || wanted="$wanted $2"
}
need sshd openssh-server
need busybox busybox
need ip iproute2
need qemu-system-x86_64 qemu-system-x86
need debootstrap debootstrap
need mke2fs e2fsprogs
need cpio cpio
need depmod kmod
need iw iw
need hostapd hostapd
need wpa_supplicant wpasupplicant
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq >/dev/null
    # shellcheck disable=SC2086 # the list is split on purpose
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
else
    echo "missing:$wanted; tiers that need them will be skipped" >&2
fi
