package main

import (
	"fmt"
	"net"
	"os"
	"runtime"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// space is a network namespace with a file of its own, as container runtimes make it.
type space struct {
	name   string
	ns     netns.NsHandle
	handle *netlink.Handle
}

func (s *space) path() string { return "/run/netns/" + s.name }

func (s *space) close() {
	if s.handle != nil {
		s.handle.Close()
	}
	s.ns.Close()
	_ = netns.DeleteNamed(s.name)
}

// in runs the function on this thread inside the namespace, and comes back.
func (s *space) in(do func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	here, err := netns.Get()
	if err != nil {
		return err
	}
	defer here.Close()
	if err := netns.Set(s.ns); err != nil {
		return err
	}
	defer func() { _ = netns.Set(here) }()
	return do()
}

func newSpace(name string) (*space, error) {
	here, err := netns.Get()
	if err != nil {
		return nil, err
	}
	defer here.Close()
	made, err := netns.NewNamed(name)
	if err != nil {
		return nil, fmt.Errorf("namespace %s: %w", name, err)
	}
	if err := netns.Set(here); err != nil {
		return nil, err
	}
	s := &space{name: name, ns: made}
	if s.handle, err = netlink.NewHandleAt(made, unix.NETLINK_ROUTE); err != nil {
		return nil, err
	}
	lo, err := s.handle.LinkByName("lo")
	if err != nil {
		return nil, err
	}
	return s, s.handle.LinkSetUp(lo)
}

// wires are the namespaces of one scenario. Every link of the node ends in a bridge of the switch.
type wires struct {
	node      *space
	home      *homeSwitch
	hosts     map[string]*space
	devices   map[string]netlink.Link
	firstIPv4 map[string]net.IP
	bridges   map[string]netlink.Link
	made      []*space
}

func (w *wires) close() error {
	err := w.home.unplug()
	for _, s := range w.made {
		s.close()
	}
	return err
}

func (w *wires) space(name string) (*space, error) {
	s, err := newSpace(name)
	if s != nil {
		w.made = append(w.made, s)
	}
	return s, err
}

func makeWires(h *scenario, home *homeSwitch) (*wires, error) {
	w := &wires{
		home:      home,
		hosts:     map[string]*space{},
		devices:   map[string]netlink.Link{},
		firstIPv4: map[string]net.IP{},
		bridges:   map[string]netlink.Link{},
	}
	var err error
	if w.node, err = w.space("node"); err != nil {
		return w, err
	}
	if err := w.node.in(func() error { return sysctl("net/ipv4/ip_forward", "1") }); err != nil {
		return w, err
	}
	for _, l := range h.Node {
		if err := w.addLink(l); err != nil {
			return w, fmt.Errorf("link %s: %w", l.Name, err)
		}
	}
	for number, other := range h.Hosts {
		if err := w.addHost(number, other); err != nil {
			return w, fmt.Errorf("host %s: %w", other.Name, err)
		}
	}
	return w, w.addServices(h.Cluster.Services)
}

func (w *wires) addServices(services []string) error {
	lo, err := w.node.handle.LinkByName("lo")
	if err != nil {
		return err
	}
	for _, address := range services {
		if err := addAddress(w.node.handle, lo, address); err != nil {
			return err
		}
	}
	return nil
}

func (w *wires) addLink(l link) error {
	if l.Parent != "" {
		parent, err := w.node.handle.LinkByName(l.Parent)
		if err != nil {
			return err
		}
		return dress(w.node.handle, &netlink.Vlan{
			LinkAttrs: netlink.LinkAttrs{Name: l.Name, ParentIndex: parent.Attrs().Index, MTU: l.MTU},
			VlanId:    l.VLAN,
		}, l.MAC, l.Addresses)
	}
	bridge, err := w.home.bridge(len(w.bridges))
	if err != nil {
		return err
	}
	w.bridges[l.Name] = bridge
	port := fmt.Sprintf("up%d", len(w.bridges))
	return w.home.plug(bridge, port, w.node, l.Name, l.MTU, l.MAC, l.Addresses)
}

func (w *wires) addHost(number int, other host) error {
	s, err := w.space("host-" + other.Name)
	if err != nil {
		return err
	}
	w.hosts[other.Name] = s
	bridge, ok := w.bridges[other.Wire]
	if !ok {
		return fmt.Errorf("the node has no wire %s", other.Wire)
	}
	if other.Router {
		if err := s.in(func() error { return sysctl("net/ipv6/conf/all/forwarding", "1") }); err != nil {
			return err
		}
	}
	if err := w.home.plug(bridge, fmt.Sprintf("host%d", number), s, "lan", wireMTU, other.MAC, nil); err != nil {
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
	w.devices[other.Name], w.firstIPv4[other.Name] = device, firstIPv4(other.Addresses)
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
	if err := dress(handle, vlan, "", nil); err != nil {
		return nil, err
	}
	return handle.LinkByName(name)
}

func dress(handle *netlink.Handle, made netlink.Link, mac string, addresses []string) error {
	if err := handle.LinkAdd(made); err != nil {
		return err
	}
	return finish(handle, made, mac, addresses)
}

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
