# Removes what Multus leaves in $CONF_DIR: its configuration would keep every pod from starting, and
# its kubeconfig holds a token. A Multus that runs needs both and does not write them again, so they
# stay while one does.
set -eu
multus_runs() {
    cat "${MULTIHOME_PROC:-/proc}"/[0-9]*/comm 2>/dev/null |
        grep -qx -e thin_entrypoint -e multus-daemon
}
seconds=${MULTIHOME_PATIENCE:-60}
while [ "$seconds" -gt 0 ] && multus_runs; do
    sleep 1
    seconds=$((seconds - 1))
done
if multus_runs; then
    echo "Multus still runs here: its files in $CONF_DIR stay"
else
    rm -f "$CONF_DIR"/00-multus.conf "$CONF_DIR"/00-multus.conflist
    rm -f "$CONF_DIR"/multus.d/multus.kubeconfig
    rmdir "$CONF_DIR"/multus.d 2>/dev/null || :
fi
