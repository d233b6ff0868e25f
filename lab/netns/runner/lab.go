package main

import (
	"fmt"
	"net"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// lab has the namespaces of one scenario. Every link of the node ends in a bridge of the switch.
type lab struct {
	node    *space
	lan     *lanSwitch
	hosts   map[string]*space
	devices map[string]netlink.Link
	bridges map[string]netlink.Link
	made    []*space
}

func (l *lab) close() error {
	err := l.lan.unplug()
	for _, s := range l.made {
		s.close()
	}
	return err
}

func (l *lab) space(name string) *space {
	s := newSpace(name)
	l.made = append(l.made, s)
	return s
}

func (l *lab) build(wanted *scenario) {
	l.node = l.space("node")
	check(l.node.sysctl("net/ipv4/ip_forward"))
	for _, one := range wanted.Node {
		l.addLink(one)
	}
	for number, other := range wanted.Hosts {
		l.addHost(number, other)
	}
	finish(l.node, l.node.link("lo"), "", wanted.Services)
}

func (l *lab) addLink(wanted link) {
	if wanted.Parent != "" {
		vlan := l.node.tag(wanted.Parent, wanted.Name, wanted.VLAN, wanted.MTU)
		finish(l.node, vlan, wanted.MAC, wanted.Addresses)
		return
	}
	bridge := l.lan.bridge(len(l.bridges))
	l.bridges[wanted.Name] = bridge
	device := l.lan.plug(bridge, fmt.Sprintf("up%d", len(l.bridges)), l.node, wanted.Name, wanted.MTU, wanted.MAC)
	finish(l.node, device, "", wanted.Addresses)
}

func (l *lab) addHost(number int, other host) {
	s := l.space("host-" + other.Name)
	l.hosts[other.Name] = s
	bridge, ok := l.bridges[other.Link]
	if !ok {
		panic(fmt.Errorf("host %s: the node has no link %s", other.Name, other.Link))
	}
	if other.Router {
		check(s.sysctl("net/ipv6/conf/all/forwarding"))
	}
	device := l.lan.plug(bridge, fmt.Sprintf("host%d", number), s, "lan", lanMTU, other.MAC)
	for depth, id := range other.VLANs {
		// Behind a switch nobody hears of its VLAN's addresses untagged.
		check(s.sysctl("net/ipv4/conf/" + device.Attrs().Name + "/arp_ignore"))
		device = s.tag(device.Attrs().Name, fmt.Sprintf("tagged%d", depth), id, 0)
	}
	l.devices[other.Name] = device
	finish(s, device, "", other.Addresses)
	for _, text := range other.OnLink {
		_, subnet, err := net.ParseCIDR(text)
		check(err)
		route := &netlink.Route{LinkIndex: device.Attrs().Index, Dst: subnet, Scope: netlink.SCOPE_LINK}
		check(s.handle.RouteAdd(route))
	}
	finish(s, s.link("lo"), "", other.Loopback)
}

// tag makes a VLAN interface.
func (s *space) tag(parent, name string, id, mtu int) netlink.Link {
	attributes := netlink.LinkAttrs{Name: name, ParentIndex: s.link(parent).Attrs().Index, MTU: mtu}
	check(s.handle.LinkAdd(&netlink.Vlan{LinkAttrs: attributes, VlanId: id}))
	return s.link(name)
}

// finish gives a link its MAC and addresses, and sets it up. Duplicates of addresses are not looked
// for: the scenario is there before its pod.
func finish(s *space, made netlink.Link, mac string, addresses []string) {
	if mac != "" {
		check(s.handle.LinkSetHardwareAddr(made, must(net.ParseMAC(mac))))
	}
	check(s.handle.LinkSetUp(made))
	for _, text := range addresses {
		address := must(netlink.ParseAddr(text))
		if address.IP.To4() == nil {
			address.Flags = unix.IFA_F_NODAD
		}
		if err := s.handle.AddrAdd(made, address); err != nil {
			panic(fmt.Errorf("address %s: %w", text, err))
		}
	}
}

// sysctl switches a setting on.
func (s *space) sysctl(path string) error {
	return s.in(func() error { return os.WriteFile("/proc/sys/"+path, []byte("1"), 0o644) })
}
