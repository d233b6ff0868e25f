# Installs $STAGE/bin into $BIN_DIR: only what is missing or was installed by this script before.
# A file is complete before it gets its name; a link, or a file of somebody else, is left alone.
# A plugin that is no longer wanted stays until all of them go: pods made with it need it to end.
set -eu
record=$BIN_DIR/.multihome-cni-plugins
if [ ! -d "$BIN_DIR" ]; then
    echo "$BIN_DIR is no directory: is multihome:cluster right about this node?" >&2
    exit 1
fi
rm -f "$BIN_DIR"/.multihome-new.*
for plugin in $PLUGINS; do
    target=$BIN_DIR/$plugin
    wanted=$(sha256sum "$STAGE/bin/$plugin")
    wanted=${wanted%% *}
    ours=no
    if [ -f "$record" ] && grep -q "  $plugin\$" "$record"; then
        ours=yes
    fi
    if [ -L "$target" ] || { [ -e "$target" ] && [ "$ours" = no ]; }; then
        echo "$target was there before and stays as it is"
        continue
    fi
    # The record comes first: a file without a record would never be removed again.
    new=$BIN_DIR/.multihome-new.$$
    if [ ! -f "$record" ] || ! grep -q "^$wanted  $plugin\$" "$record"; then
        if [ -f "$record" ]; then
            grep -v "  $plugin\$" "$record" >"$new" || :
        fi
        printf '%s  %s\n' "$wanted" "$plugin" >>"$new"
        mv -f "$new" "$record"
    fi
    found=
    if [ -f "$target" ]; then
        found=$(sha256sum "$target")
        found=${found%% *}
    fi
    if [ "$found" != "$wanted" ]; then
        cp "$STAGE/bin/$plugin" "$new"
        chmod 0755 "$new"
        mv -f "$new" "$target"
    fi
done
