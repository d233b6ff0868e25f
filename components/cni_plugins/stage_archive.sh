# Takes the archive that was copied to this node.
set -eu
if [ ! -f "$COPIED" ]; then
    echo "the copied archive $COPIED is gone; raise multihome:plugins.generation" >&2
    exit 1
fi
cp "$COPIED" "$STAGE/plugins.tgz"
