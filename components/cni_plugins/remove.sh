# Removes what the record names, as long as it still is what was installed; then the record.
set -eu
record=$BIN_DIR/.multihome-cni-plugins
[ -f "$record" ] || exit 0
rm -f "$BIN_DIR"/.multihome-new.*
while read -r sum plugin; do
    target=$BIN_DIR/$plugin
    if [ -f "$target" ] && [ ! -L "$target" ]; then
        found=$(sha256sum "$target")
        if [ "${found%% *}" = "$sum" ]; then
            rm -f "$target"
        fi
    fi
done <"$record"
rm -f "$record"
