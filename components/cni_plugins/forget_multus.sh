# Takes away what Multus leaves in $CONF_DIR: a configuration that it could not clean up keeps every
# pod from starting, and its kubeconfig holds a token. After the DaemonSet, which would write anew.
set -eu
rm -f "$CONF_DIR"/00-multus.conf "$CONF_DIR"/00-multus.conflist "$CONF_DIR"/multus.d/multus.kubeconfig
if [ -d "$CONF_DIR"/multus.d ]; then
    rmdir "$CONF_DIR"/multus.d 2>/dev/null || :
fi
