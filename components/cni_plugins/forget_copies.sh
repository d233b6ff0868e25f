# Removes archives that were copied to the login folder, also those of earlier releases.
set -eu
rm -f .multihome/cni-plugins-*.tgz
rmdir .multihome 2>/dev/null || :
