package main

import (
	"fmt"
	"net"
	"os"

	"github.com/vishvananda/netlink"
)

// lab has the namespaces of one scenario. Every link of the node ends in a bridge of the switch.
type lab struct {
	node      *space
	lan       *lanSwitch
	hosts     map[string]*space
	devices   map[string]netlink.Link
	firstIPv4 map[string]net.IP
	bridges   map[string]netlink.Link
	made      []*space
}

func (l *lab) close() error {
	err := l.lan.unplug()
	for _, s := range l.made {
		s.close()
	}
	return err
}

func (l *lab) space(name string) (*space, error) {
	s, err := newSpace(name)
	if s != nil {
		l.made = append(l.made, s)
	}
	return s, err
}

func makeLab(wanted *scenario, lan *lanSwitch) (*lab, error) {
	l := &lab{
		lan:       lan,
		hosts:     map[string]*space{},
		devices:   map[string]netlink.Link{},
		firstIPv4: map[string]net.IP{},
		bridges:   map[string]netlink.Link{},
	}
	var err error
	if l.node, err = l.space("node"); err != nil {
		return l, err
	}
	if err := l.node.in(func() error { return sysctl("net/ipv4/ip_forward", "1") }); err != nil {
		return l, err
	}
	for _, one := range wanted.Node {
		if err := l.addLink(one); err != nil {
			return l, fmt.Errorf("link %s: %w", one.Name, err)
		}
	}
	for number, other := range wanted.Hosts {
		if err := l.addHost(number, other); err != nil {
			return l, fmt.Errorf("host %s: %w", other.Name, err)
		}
	}
	return l, l.addServices(wanted.Cluster.Services)
}

func (l *lab) addServices(services []string) error {
	lo, err := l.node.handle.LinkByName("lo")
	if err != nil {
		return err
	}
	for _, address := range services {
		if err := addAddress(l.node.handle, lo, address); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) addLink(wanted link) error {
	if wanted.Parent != "" {
		parent, err := l.node.handle.LinkByName(wanted.Parent)
		if err != nil {
			return err
		}
		return addDevice(l.node.handle, &netlink.Vlan{
			LinkAttrs: netlink.LinkAttrs{Name: wanted.Name, ParentIndex: parent.Attrs().Index, MTU: wanted.MTU},
			VlanId:    wanted.VLAN,
		}, wanted.MAC, wanted.Addresses)
	}
	bridge, err := l.lan.bridge(len(l.bridges))
	if err != nil {
		return err
	}
	l.bridges[wanted.Name] = bridge
	port := fmt.Sprintf("up%d", len(l.bridges))
	return l.lan.plug(bridge, port, l.node, wanted.Name, wanted.MTU, wanted.MAC, wanted.Addresses)
}

func (l *lab) addHost(number int, other host) error {
	s, err := l.space("host-" + other.Name)
	if err != nil {
		return err
	}
	l.hosts[other.Name] = s
	bridge, ok := l.bridges[other.Link]
	if !ok {
		return fmt.Errorf("the node has no link %s", other.Link)
	}
	if other.Router {
		if err := s.in(func() error { return sysctl("net/ipv6/conf/all/forwarding", "1") }); err != nil {
			return err
		}
	}
	if err := l.lan.plug(bridge, fmt.Sprintf("host%d", number), s, "lan", lanMTU, other.MAC, nil); err != nil {
		return err
	}
	device, err := s.handle.LinkByName("lan")
	if err != nil {
		return err
	}
	for depth, id := range other.VLANs {
		// Behind a switch nobody hears of its VLAN's addresses untagged.
		name := device.Attrs().Name
		if err := s.in(func() error { return sysctl("net/ipv4/conf/"+name+"/arp_ignore", "1") }); err != nil {
			return err
		}
		device, err = addTagged(s.handle, device, fmt.Sprintf("tagged%d", depth), id)
		if err != nil {
			return err
		}
	}
	if err := finish(s.handle, device, "", other.Addresses); err != nil {
		return err
	}
	for _, text := range other.OnLink {
		if err := addRoute(s.handle, device, text); err != nil {
			return err
		}
	}
	l.devices[other.Name], l.firstIPv4[other.Name] = device, firstIPv4(other.Addresses)
	lo, err := s.handle.LinkByName("lo")
	if err != nil {
		return err
	}
	for _, address := range other.Loopback {
		if err := addAddress(s.handle, lo, address); err != nil {
			return err
		}
	}
	return nil
}

func addTagged(handle *netlink.Handle, parent netlink.Link, name string, id int) (netlink.Link, error) {
	vlan := &netlink.Vlan{
		LinkAttrs: netlink.LinkAttrs{Name: name, ParentIndex: parent.Attrs().Index},
		VlanId:    id,
	}
	if err := addDevice(handle, vlan, "", nil); err != nil {
		return nil, err
	}
	return handle.LinkByName(name)
}

// addDevice makes a link, with its MAC and addresses, and sets it up.
func addDevice(handle *netlink.Handle, made netlink.Link, mac string, addresses []string) error {
	if err := handle.LinkAdd(made); err != nil {
		return err
	}
	return finish(handle, made, mac, addresses)
}

// finish gives a link its MAC and addresses, and sets it up.
func finish(handle *netlink.Handle, made netlink.Link, mac string, addresses []string) error {
	if mac != "" {
		parsed, err := net.ParseMAC(mac)
		if err != nil {
			return err
		}
		if err := handle.LinkSetHardwareAddr(made, parsed); err != nil {
			return err
		}
	}
	if err := handle.LinkSetUp(made); err != nil {
		return err
	}
	for _, address := range addresses {
		if err := addAddress(handle, made, address); err != nil {
			return err
		}
	}
	return nil
}

// addAddress adds it without waiting for duplicates to be found: the scenario is there before its pod.
func addAddress(handle *netlink.Handle, to netlink.Link, text string) error {
	address, err := netlink.ParseAddr(text)
	if err != nil {
		return err
	}
	if address.IP.To4() == nil {
		address.Flags = ifaNoDAD
	}
	if err := handle.AddrAdd(to, address); err != nil {
		return fmt.Errorf("address %s: %w", text, err)
	}
	return nil
}

func addRoute(handle *netlink.Handle, by netlink.Link, text string) error {
	_, subnet, err := net.ParseCIDR(text)
	if err != nil {
		return err
	}
	route := &netlink.Route{LinkIndex: by.Attrs().Index, Dst: subnet, Scope: netlink.SCOPE_LINK}
	if err := handle.RouteAdd(route); err != nil {
		return fmt.Errorf("route to %s: %w", text, err)
	}
	return nil
}

const ifaNoDAD = 0x02

func sysctl(path, value string) error {
	return os.WriteFile("/proc/sys/"+path, []byte(value), 0o644)
}
