# Installs $PLUGINS from $STAGE/bin into $BIN_DIR. A file is complete before it gets its name.
# A plugin that is no longer wanted stays until all of them go: pods made with it need it to end.
#
# The record has one line `owner  NODE`, and one `SHA256  PLUGIN  ORIGIN` per plugin.
set -eu
record=$BIN_DIR/.multihome-cni-plugins
new=$BIN_DIR/.multihome-new.$$
rm -f "$BIN_DIR"/.multihome-new.*
if ! grep -qsxF "owner  $OWNER" "$record"; then
    {
        echo "owner  $OWNER"
        grep -sv '^owner  ' "$record" || :
    } >"$new"
    give_name "$new" "$record"
fi
for plugin in $PLUGINS; do
    target=$BIN_DIR/$plugin
    wanted=$(digest "$STAGE/bin/$plugin")
    line="$wanted  $plugin  $ORIGIN"
    # The new line comes before the file and the old line goes after it: whenever this ends, the
    # record names the file that is there, so a removal finds it.
    if ! grep -qxF "$line" "$record"; then
        { cat "$record" && echo "$line"; } >"$new"
        give_name "$new" "$record"
    fi
    if [ "$(digest "$target")" != "$wanted" ]; then
        cp "$STAGE/bin/$plugin" "$new"
        chmod 0755 "$new"
        give_name "$new" "$target"
    fi
    { grep -vF "  $plugin  " "$record" && echo "$line"; } >"$new"
    give_name "$new" "$record"
done
