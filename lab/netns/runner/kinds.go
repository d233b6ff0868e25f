package main

import (
	"fmt"

	"github.com/vishvananda/netlink"
)

// As the plugin's configuration names them.
var modes = map[netlink.MacvlanMode]string{
	netlink.MACVLAN_MODE_PRIVATE:  "private",
	netlink.MACVLAN_MODE_VEPA:     "vepa",
	netlink.MACVLAN_MODE_BRIDGE:   "bridge",
	netlink.MACVLAN_MODE_PASSTHRU: "passthru",
	netlink.MACVLAN_MODE_SOURCE:   "source",
}

// describe notes what kind of link it is, and from which it is made.
func describe(seen *ifaceSeen, l netlink.Link, s, node *space) error {
	seen.Kind = l.Type()
	switch made := l.(type) {
	case *netlink.Macvlan:
		seen.Mode = modes[made.Mode]
	case *netlink.Vlan:
		seen.VLAN = made.VlanId
	}
	index := l.Attrs().ParentIndex
	if index == 0 {
		return nil
	}
	// The index is one of the parent's namespace, which is told where it is not the link's own.
	parents, where := node, ""
	if l.Attrs().NetNsID < 0 {
		parents, where = s, " in the pod"
	}
	parent, err := parents.handle.LinkByIndex(index)
	if err != nil {
		return fmt.Errorf("parent of %s: %w", l.Attrs().Name, err)
	}
	seen.Parent = parent.Attrs().Name + where
	return nil
}
