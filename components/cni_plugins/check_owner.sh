# Ends when another node of the stack file owns what is here: the machine has got a new name there.
set -eu
record=$BIN_DIR/.multihome-cni-plugins
if [ -f "$record" ] && ! grep -qxF "owner  $OWNER" "$record"; then
    echo "the plugins in $BIN_DIR are not those of $OWNER: nothing is removed"
    exit 0
fi
