# Leaves in $PLUGINS what has to be installed: what is absent, changed, or of another origin.
# A link, or a file that the record does not name, is somebody else's and stays as it is.
set -eu
record=$BIN_DIR/.multihome-cni-plugins
if [ ! -d "$BIN_DIR" ]; then
    echo "$BIN_DIR is no directory: is multihome:cluster right about this node?" >&2
    exit 1
fi
missing=
for plugin in $PLUGINS; do
    target=$BIN_DIR/$plugin
    ours=no
    if [ -f "$record" ] && grep -qF "  $plugin  " "$record"; then
        ours=yes
    fi
    if [ -L "$target" ] || { [ -e "$target" ] && [ "$ours" = no ]; }; then
        echo "$target was there before and stays as it is"
    elif [ "$ours" = no ] || ! grep -qxF "$(digest "$target")  $plugin  $ORIGIN" "$record"; then
        missing="$missing $plugin"
    fi
done
PLUGINS=$missing
