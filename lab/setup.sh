#!/bin/sh
# The system's programs that the tests need; installed where this user may, named where not.
set -eu
wanted=
command -v sshd >/dev/null 2>&1 || [ -x /usr/sbin/sshd ] || wanted="$wanted openssh-server"
command -v busybox >/dev/null 2>&1 || wanted="$wanted busybox"
command -v ip >/dev/null 2>&1 || [ -x /usr/sbin/ip ] || wanted="$wanted iproute2"
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq >/dev/null
    # shellcheck disable=SC2086 # the list is split on purpose
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
else
    echo "missing:$wanted; tiers that need them will be skipped" >&2
fi
