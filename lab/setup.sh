#!/bin/sh
# Installs the system programs that the tests need, or names them where this user may not install.
# `setup.sh` is for the tiers unit, cni and node; `setup.sh machines` for all tiers.
set -eu
PATH=$PATH:/usr/sbin:/sbin
packages=
need() {
    command -v "$1" >/dev/null 2>&1 || packages="$packages $2"
}
need sshd openssh-server
need ssh-keygen openssh-client
need busybox busybox
need ip iproute2
need nft nftables
need sudo sudo
case ${1-} in
'') ;;
machines)
    need openssl openssl
    need qemu-system-x86_64 qemu-system-x86
    need debootstrap debootstrap
    need mke2fs e2fsprogs
    need cpio cpio
    need depmod kmod
    ;;
*)
    echo "usage: setup.sh [machines]" >&2
    exit 2
    ;;
esac
[ -n "$packages" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing$packages"
    apt-get update -qq >/dev/null
    # shellcheck disable=SC2086 # one word per package
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
else
    echo "not installed:$packages; tests that need them are skipped" >&2
fi
