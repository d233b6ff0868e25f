# Refuses an archive with another digest, then unpacks the wanted plugins into $STAGE/bin.
set -eu
found=$(sha256sum "$STAGE/plugins.tgz")
found=${found%% *}
if [ "$found" != "$ORIGIN" ]; then
    echo "the plugins' archive has sha256 $found, not $ORIGIN: nothing was installed" >&2
    exit 1
fi
mkdir -p "$STAGE/bin" "$STAGE/unpacked"
gzip -dc "$STAGE/plugins.tgz" | tar -x -f - -C "$STAGE/unpacked"
for plugin in $PLUGINS; do
    mv -f "$STAGE/unpacked/$plugin" "$STAGE/bin/$plugin"
done
