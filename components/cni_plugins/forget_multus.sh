# Removes what Multus leaves in $CONF_DIR: its configuration would keep every pod from starting, and
# its kubeconfig holds a token. Runs when the DaemonSet is gone, which would write both again.
set -eu
rm -f "$CONF_DIR"/00-multus.conf "$CONF_DIR"/00-multus.conflist "$CONF_DIR"/multus.d/multus.kubeconfig
if [ -d "$CONF_DIR"/multus.d ]; then
    rmdir "$CONF_DIR"/multus.d 2>/dev/null || :
fi
