# Waits until no other installation or removal works on $BIN_DIR, where the node has flock. The
# folder itself is locked, so that no file is left for it.
set -eu
if [ -d "$BIN_DIR" ] && command -v flock >/dev/null 2>&1; then
    exec 9<"$BIN_DIR"
    flock 9
fi
