# Takes the archive that was copied to this node.
set -eu
cp "$COPIED" "$STAGE/plugins.tgz"
