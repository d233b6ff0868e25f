# Builds the wanted plugins with this node's Go; Go's checksum database verifies the sources.
set -eu
PATH=$PATH:/usr/local/go/bin
export PATH
if ! command -v go >/dev/null 2>&1; then
    echo "no Go on this node: install it, or choose multihome:plugins.source release or archive" >&2
    exit 1
fi
mkdir -p "$STAGE/bin" "$STAGE/module"
module=github.com/containernetworking/plugins
cd "$STAGE/module" || exit 1
printf 'module plugins\n' >go.mod
[ -n "${HOME:-}" ] || HOME=$STAGE
export HOME
GOFLAGS=-mod=mod
CGO_ENABLED=0
export GOFLAGS CGO_ENABLED
go get "$module@$ORIGIN"
for plugin in $PLUGINS; do
    case $plugin in
    bridge | dummy | host-device | ipvlan | loopback | macvlan | ptp | tap | vlan) kind=main ;;
    dhcp | host-local | static) kind=ipam ;;
    *) kind=meta ;;
    esac
    go build -trimpath -ldflags '-s -w' -o "$STAGE/bin/$plugin" "$module/plugins/$kind/$plugin"
done
cd /
