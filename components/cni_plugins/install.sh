# Installs $STAGE/bin into $BIN_DIR: only what is missing or was installed by this script before.
# A file is complete before it gets its name; a link, or a file of somebody else, is left alone.
set -eu
record=$BIN_DIR/.house-cni-plugins
if [ ! -d "$BIN_DIR" ]; then
    echo "$BIN_DIR is no directory: is house:cluster right about this node?" >&2
    exit 1
fi
rm -f "$BIN_DIR"/.house-new.*
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
    new=$BIN_DIR/.house-new.$$
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
# A plugin that is no longer wanted goes, as long as it still is what was installed.
[ -f "$record" ] || exit 0
cp "$record" "$STAGE/record"
while read -r sum plugin; do
    case " $PLUGINS " in
    *" $plugin "*) continue ;;
    esac
    target=$BIN_DIR/$plugin
    if [ -f "$target" ] && [ ! -L "$target" ]; then
        found=$(sha256sum "$target")
        [ "${found%% *}" != "$sum" ] || rm -f "$target"
    fi
    new=$BIN_DIR/.house-new.$$
    grep -v "  $plugin\$" "$record" >"$new" || :
    mv -f "$new" "$record"
done <"$STAGE/record"
