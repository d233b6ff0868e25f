# Removes what the record names, as long as it still is what was installed; then the record.
set -eu
record=$BIN_DIR/.multihome-cni-plugins
rm -f "$BIN_DIR"/.multihome-new.*
if [ -f "$record" ]; then
    while read -r sum plugin _; do
        target=$BIN_DIR/$plugin
        if [ ! -L "$target" ] && [ "$(digest "$target")" = "$sum" ]; then
            rm -f "$target"
        fi
    done <"$record"
    rm -f "$record"
fi
