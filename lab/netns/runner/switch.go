package main

import (
	"errors"
	"fmt"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

const (
	lanMTU = 65535
	ports  = 1 // the group of the switch's links to node and hosts
)

// lanSwitch has one bridge for each link of the node. The bridges stay from scenario to scenario: to
// take one away the kernel holds up all other changes for a while.
type lanSwitch struct {
	*space
	bridges []netlink.Link
}

func (l *lanSwitch) bridge(number int) netlink.Link {
	for len(l.bridges) <= number {
		name := fmt.Sprintf("br%d", len(l.bridges))
		bridge := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: name, MTU: lanMTU}}
		check(l.handle.LinkAdd(bridge))
		check(l.handle.LinkSetUp(bridge))
		l.bridges = append(l.bridges, bridge)
	}
	return l.bridges[number]
}

// plug connects a namespace to a bridge.
func (l *lanSwitch) plug(bridge netlink.Link, port string, to *space, name string, mtu int, mac string) netlink.Link {
	veth := &netlink.Veth{
		LinkAttrs:     netlink.LinkAttrs{Name: port, MTU: lanMTU, MasterIndex: bridge.Attrs().Index, Group: ports},
		PeerName:      name,
		PeerNamespace: netlink.NsFd(int(to.ns)),
		PeerMTU:       uint32(mtu),
	}
	check(l.handle.LinkAdd(veth))
	check(l.handle.LinkSetUp(veth))
	finish(to, to.link(name), mac, nil)
	return to.link(name)
}

// unplug takes all ports away, and with them the devices of node and hosts.
func (l *lanSwitch) unplug() error {
	return l.in(func() error {
		request := nl.NewNetlinkRequest(unix.RTM_DELLINK, unix.NLM_F_ACK)
		request.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
		request.AddData(nl.NewRtAttr(unix.IFLA_GROUP, nl.Uint32Attr(ports)))
		_, err := request.Execute(unix.NETLINK_ROUTE, 0)
		if errors.Is(err, unix.ENODEV) {
			// A node without links.
			return nil
		}
		return err
	})
}
