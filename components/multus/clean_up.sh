# Removes what an earlier Multus left on this node. It runs while no Multus runs, so that the next
# one starts from a clean state. It may be killed at any moment and run again.
#
# CONF_DIR    the runtime's CNI configurations
# KEPT        the file there that this Multus replaces in one step; empty if that is not known
# LEASES      the leases of our networks: a folder for each network, in it a file for each address
# CONTAINERS  a folder for each running container, as containerd keeps it
# POD_UID     the uid of the pod that runs this
# PATIENCE    seconds after which the start of a pod has ended, one way or the other
set -eu
PATH=$PATH:/busybox

# calls_itself FILE: whether a configuration of Multus has another one in it.
calls_itself() {
    [ "$(grep -o '"type": *"multus"' "$1" | wc -l)" -gt 1 ]
}

# A file of another release or form of Multus may come before this one's, and call it again.
for file in "$CONF_DIR"/*multus*; do
    if [ ! -f "$file" ] && [ ! -L "$file" ]; then
        continue
    fi
    if [ "${file##*/}" = "$KEPT" ] && ! calls_itself "$file"; then
        continue
    fi
    echo "removing the stale ${file##*/}"
    rm -f "$file"
done

# Another runtime keeps its containers elsewhere. This pod's own container proves the right folder.
if ! grep -qs -e "${POD_UID:?}" "$CONTAINERS"/*/config.json; then
    echo "the running containers are not in $CONTAINERS: all leases stay"
    exit 0
fi

# orphaned LEASE: whether its container, which the first line names, is gone.
orphaned() {
    container=$(head -n 1 "$1" 2>/dev/null | tr -d '\r')
    [ -z "$container" ] || [ ! -e "$CONTAINERS/$container" ]
}

# orphans [young] prints the leases whose container is gone; with `young`, those younger than
# PATIENCE. A pod has its lease before it has its container.
orphans() {
    for file in "$LEASES"/*/*; do
        case ${file##*/} in
        lock | last_reserved_ip.* | '*') continue ;;
        esac
        if ! orphaned "$file"; then
            continue
        fi
        changed=$(stat -c %Y "$file" 2>/dev/null || echo 0)
        if [ $# -eq 0 ] || [ $(($(date +%s) - changed)) -lt "$PATIENCE" ]; then
            printf '%s\n' "$file"
        fi
    done
}

seconds=$PATIENCE
while [ "$seconds" -gt 0 ] && [ -n "$(orphans young)" ]; do
    [ "$seconds" -ne "$PATIENCE" ] || echo "waiting for pods that start"
    sleep 1
    seconds=$((seconds - 1))
done

for lease in $(orphans); do
    # host-local holds this lock while it gives out or takes back an address.
    if [ -e "${lease%/*}/lock" ] && command -v flock >/dev/null 2>&1; then
        exec 9<"${lease%/*}/lock"
        flock 9
    fi
    if orphaned "$lease"; then
        echo "releasing ${lease#"$LEASES"/}: its container is gone"
        rm -f "$lease"
    fi
done
