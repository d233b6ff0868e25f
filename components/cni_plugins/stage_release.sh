# Downloads upstream's archive and leaves it as $STAGE/plugins.tgz; unpack.sh verifies it.
set -eu
if command -v curl >/dev/null 2>&1; then
    curl --fail --silent --show-error --location --max-time 600 --output "$STAGE/download" "$URL"
else
    wget -q -T 60 -O "$STAGE/download" "$URL"
fi
mv -f "$STAGE/download" "$STAGE/plugins.tgz"
