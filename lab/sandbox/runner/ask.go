package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"sort"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const closedPort = 9

// ask calls a port that nobody listens on: a refusal is an answer, and came from the other end.
func ask(s *space, to string, timeout time.Duration) answer {
	address := net.ParseIP(to)
	var got answer
	routes, err := s.handle.RouteGet(address)
	if err != nil {
		got.Words = err.Error()
		return got
	}
	if l, err := s.handle.LinkByIndex(routes[0].LinkIndex); err == nil {
		got.Interface = l.Attrs().Name
	}
	if routes[0].Gw != nil {
		got.Gateway = routes[0].Gw.String()
	}
	err = s.in(func() error { return dial(address, timeout) })
	got.Answered = err == nil || errors.Is(err, unix.ECONNREFUSED)
	if err != nil {
		got.Words = err.Error()
	}
	return got
}

// dial is net.Dial on this very thread, which is the one inside the namespace.
func dial(address net.IP, timeout time.Duration) error {
	family, sockaddr := unix.AF_INET6, unix.Sockaddr(nil)
	if four := address.To4(); four != nil {
		family = unix.AF_INET
		sockaddr = &unix.SockaddrInet4{Port: closedPort, Addr: [4]byte(four)}
	} else {
		sockaddr = &unix.SockaddrInet6{Port: closedPort, Addr: [16]byte(address.To16())}
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, sockaddr); !errors.Is(err, unix.EINPROGRESS) {
		return err
	}
	deadline := time.Now().Add(timeout)
	for {
		left := time.Until(deadline)
		if left <= 0 {
			return unix.ETIMEDOUT
		}
		polled := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		n, err := unix.Poll(polled, int(left.Milliseconds())+1)
		if errors.Is(err, unix.EINTR) || err == nil && n == 0 {
			continue
		}
		if err != nil {
			return err
		}
		number, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err != nil || number == 0 {
			return err
		}
		return unix.Errno(number)
	}
}

// asker sends ARP requests from a host and hears every answer.
type asker struct {
	host string
	fd   int
	mac  net.HardwareAddr
	own  net.IP
	macs map[string]map[string]bool
}

func newAsker(name string, s *space, device netlink.Link, own net.IP) (*asker, error) {
	a := &asker{host: name, mac: device.Attrs().HardwareAddr, own: own.To4(), macs: map[string]map[string]bool{}}
	err := s.in(func() error {
		var err error
		a.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, int(network16(unix.ETH_P_ARP)))
		if err != nil {
			return err
		}
		return unix.Bind(a.fd, &unix.SockaddrLinklayer{Protocol: network16(unix.ETH_P_ARP), Ifindex: device.Attrs().Index})
	})
	return a, err
}

func (a *asker) send(address net.IP) error {
	a.macs[address.String()] = map[string]bool{}
	var frame bytes.Buffer
	frame.Write([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	frame.Write(a.mac)
	frame.Write([]byte{0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1})
	frame.Write(a.mac)
	frame.Write(a.own)
	frame.Write(make([]byte, 6))
	frame.Write(address.To4())
	_, err := unix.Write(a.fd, frame.Bytes())
	return err
}

// hear takes what has come in so far.
func (a *asker) hear() {
	frame := make([]byte, 128)
	for {
		n, err := unix.Read(a.fd, frame)
		if err != nil {
			return
		}
		if n < 42 || binary.BigEndian.Uint16(frame[20:22]) != 2 {
			continue
		}
		sender := net.IP(frame[28:32]).String()
		if known, ok := a.macs[sender]; ok {
			known[net.HardwareAddr(frame[22:28]).String()] = true
		}
	}
}

func (a *asker) owners() []owner {
	found := []owner{}
	for address, macs := range a.macs {
		o := owner{Host: a.host, Address: address, MACs: []string{}}
		for mac := range macs {
			o.MACs = append(o.MACs, mac)
		}
		sort.Strings(o.MACs)
		found = append(found, o)
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Address < found[j].Address })
	return found
}

func network16(v uint16) uint16 { return v<<8 | v>>8 }

// whoHas asks, from every host that has an IPv4 address, for every IPv4 address of the pods.
func whoHas(h *house, w *wires, addresses []net.IP, timeout time.Duration) ([]owner, error) {
	askers := []*asker{}
	defer func() {
		for _, a := range askers {
			unix.Close(a.fd)
		}
	}()
	for _, other := range h.Hosts {
		own := firstIPv4(other.Addresses)
		if own == nil {
			continue
		}
		a, err := newAsker(other.Name, w.hosts[other.Name], w.devices[other.Name], own)
		if err != nil {
			return nil, err
		}
		askers = append(askers, a)
		for _, address := range addresses {
			if err := a.send(address); err != nil {
				return nil, err
			}
		}
	}
	if len(addresses) > 0 && len(askers) > 0 {
		time.Sleep(timeout)
	}
	found := []owner{}
	for _, a := range askers {
		a.hear()
		found = append(found, a.owners()...)
	}
	return found, nil
}

func firstIPv4(addresses []string) net.IP {
	for _, text := range addresses {
		if ip, _, err := net.ParseCIDR(text); err == nil && ip.To4() != nil {
			return ip
		}
	}
	return nil
}
