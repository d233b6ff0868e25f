# Takes the archive that was copied to this node.
cp "$COPIED" "$STAGE/plugins.tgz"
