# Prints what is on this node, one fact a line, with tabs between the fields; changes nothing.
# Texts that may hold anything are printed as hexadecimal digits. The line `end` comes last.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
briefly=
! timeout 9 true 2>/dev/null || briefly='timeout 20'

fact() {
    printf '%s' "$1"
    shift
    [ "$#" = 0 ] || printf '\t%s' "$@"
    printf '\n'
}
hex() {
    head -c 65536 | od -An -v -tx1 | tr -d ' \n'
}
# A name that no program here has given is passed over.
odd() {
    case $1 in *[!A-Za-z0-9:._+-]*) return 0 ;; esac
    return 1
}
line_of() {
    head -n 1 | tr -cd '\040-\176' | cut -c 1-200
}

fact time "$(date +%s)"

# A plugin that is called without CNI_COMMAND prints its name, and does nothing.
if [ -d "$BIN_DIR" ]; then
    fact bin_dir
    for file in "$BIN_DIR"/*; do
        [ -f "$file" ] || [ -L "$file" ] || continue
        name=${file##*/}
        ! odd "$name" || continue
        path=$(readlink -f "$file") || path=
        sum=
        [ ! -f "$file" ] || sum=$(sha256sum <"$file" | cut -d ' ' -f 1)
        runs=no
        [ ! -x "$file" ] || runs=yes
        says=
        case " $PLUGINS " in *" $name "*)
            # shellcheck disable=SC2086 # no word, or two
            [ "$runs" = no ] || says=$($briefly env -i CNI_COMMAND= "$file" </dev/null 2>&1 | line_of)
            ;;
        esac
        fact plugin "$name" "$path" "$sum" "$runs" "$says"
    done
fi

if [ -f "$BIN_DIR/.multihome-cni-plugins" ]; then
    while read -r sum name _; do
        fact installed "$name" "$sum"
    done <"$BIN_DIR/.multihome-cni-plugins"
fi

# Of configurations only Multus' own are read: those of others may hold secrets. Of the token only
# the part with its claims is printed, which opens nothing.
if [ -d "$CONF_DIR" ]; then
    fact conf_dir
    for file in "$CONF_DIR"/*; do
        [ -f "$file" ] || continue
        ! odd "${file##*/}" || continue
        case ${file##*/} in
        *multus*) fact config "${file##*/}" "$(hex <"$file")" ;;
        *) fact config "${file##*/}" '' ;;
        esac
    done
fi
if [ -f "$KUBECONFIG_OF_MULTUS" ]; then
    for kubectl in 'k3s kubectl' kubectl; do
        command -v "${kubectl%% *}" >/dev/null 2>&1 || continue
        # Anybody may ask for the version, but not with a token that the server refuses.
        # shellcheck disable=SC2086 # words of a command
        said=$($briefly $kubectl --kubeconfig "$KUBECONFIG_OF_MULTUS" --request-timeout=9s \
            get --raw /version 2>&1 </dev/null) || :
        case $said in *Unauthorized*) fact token_refused ;; esac
        break
    done
    fact token "$(sed -n 's/^ *token: *["'\'']\{0,1\}[^.]*\.\([^.]*\)\..*/\1/p' "$KUBECONFIG_OF_MULTUS" | head -n 1)"
fi

for parent in $PARENTS; do
    name=$parent
    # An alternative name has no folder.
    if [ ! -d "/sys/class/net/$name" ]; then
        name=$(ip -o link show dev "$parent" 2>/dev/null | sed -n 's/^[0-9]*: \([^:@]*\).*/\1/p') || name=
    fi
    if [ -n "$name" ] && [ -d "/sys/class/net/$name" ]; then
        cd "/sys/class/net/$name"
        up=no
        [ $(($(cat flags) & 1)) = 0 ] || up=yes
        fact interface "$parent" "$name" "$up" "$(cat operstate)" "$(cat mtu)"
        cd /
    fi
done
if [ -r /proc/net/vlan/config ]; then
    sed -n 's/^\([^ |]*\) *| *\([0-9]*\) *| *\([^ ]*\) *$/vlan	\3	\2	\1/p' /proc/net/vlan/config
fi

# `present` is loaded, built in, or installed for the running kernel.
kernel=/lib/modules/$(uname -r)
state_of() {
    case $1 in
    8021q) symbol=register_vlan_dev ;;
    *) symbol=$1_dellink ;;
    esac
    if [ -d "/sys/module/$1" ] || grep -qs "^$1 " /proc/modules ||
        grep -qs "/$1\.ko" "$kernel/modules.builtin" "$kernel/modules.dep" ||
        grep -qs " $symbol\$" /proc/kallsyms; then
        echo present
    elif [ -s "$kernel/modules.dep" ] || [ -s /proc/kallsyms ]; then
        echo absent
    else
        echo unknown
    fi
}
for module in $MODULES; do
    fact module "$module" "$(state_of "$module")"
done

# A pod that is being made has a lease before its sandbox runs, so young leases are told apart.
for folder in $LEASES; do
    for file in "$folder"/*; do
        case ${file##*/} in last_reserved_ip* | lock) continue ;; esac
        [ -f "$file" ] || continue
        age=young
        [ -z "$(find "$file" -mmin +5)" ] || age=old
        fact lease "$file" "$(head -n 1 "$file" | tr -d '\r')" "$age"
    done
done
for runtime in /run/k3s/containerd /run/containerd; do
    tasks=$runtime/io.containerd.runtime.v2.task/k8s.io
    [ -d "$tasks" ] || continue
    fact runtime "$runtime"
    for container in "$tasks"/*; do
        [ ! -d "$container" ] || fact container "${container##*/}"
    done
done
for crictl in 'k3s crictl' crictl; do
    command -v "${crictl%% *}" >/dev/null 2>&1 || continue
    # shellcheck disable=SC2086 # words of a command
    if pods=$($briefly $crictl pods -q 2>/dev/null </dev/null); then
        fact runtime "$crictl"
        for container in $pods; do
            fact container "$container"
        done
        break
    fi
done

for key in $SYSCTLS; do
    [ -e "/proc/sys/$key" ] || fact no_sysctl "$key"
done

# k3s' own check, which also loads a kernel module: here it may not.
for check in "${BIN_DIR%/*}/current/bin/check-config" "$BIN_DIR/check-config"; do
    if [ -f "$check" ]; then
        # shellcheck disable=SC2086,SC2016 # no word, or two; $0 is the script's path
        fact check_config "$(
            NO_COLOR=1 $briefly sh -c 'modprobe() { return 1; }; . "$0"' "$(readlink -f "$check")" 2>/dev/null </dev/null | hex
        )"
        break
    fi
done
fact end
