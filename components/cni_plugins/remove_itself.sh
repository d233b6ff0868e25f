# Removes the remover, last: until then the same removal can run again.
set -eu
rm -f "$REMOVER" "$REMOVER".new.*
rmdir "${REMOVER%/*}" 2>/dev/null || :
