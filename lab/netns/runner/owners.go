package main

import (
	"net"
	"slices"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// So often a question without an answer is asked.
const asks = 3

// asker sends one question from a host's device and hears every answer to it.
type asker struct {
	fd   int
	mac  net.HardwareAddr
	own  net.IP
	to   net.IP
	macs []string
}

func newAsker(s *space, device netlink.Link, own, to net.IP) (*asker, error) {
	a := &asker{mac: device.Attrs().HardwareAddr, own: own, to: to, macs: []string{}}
	protocol := uint16(unix.ETH_P_ARP)
	if to.To4() == nil {
		protocol = unix.ETH_P_IPV6
	}
	err := s.in(func() error {
		var err error
		a.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, int(network16(protocol)))
		if err != nil {
			return err
		}
		return unix.Bind(a.fd, &unix.SockaddrLinklayer{Protocol: network16(protocol), Ifindex: device.Attrs().Index})
	})
	return a, err
}

func (a *asker) ask() error {
	frame := arpRequest(a.mac, a.own, a.to)
	if a.to.To4() == nil {
		frame = neighbourSolicitation(a.mac, a.to)
	}
	_, err := unix.Write(a.fd, frame)
	return err
}

// hear takes what has come in so far.
func (a *asker) hear() {
	frame := make([]byte, 256)
	for {
		n, err := unix.Read(a.fd, frame)
		if err != nil {
			return
		}
		mac := arpReplyOf(frame[:n], a.to)
		if a.to.To4() == nil {
			mac = advertisementOf(frame[:n], a.to)
		}
		if mac != "" && !slices.Contains(a.macs, mac) {
			a.macs = append(a.macs, mac)
		}
	}
}

// whoHas asks each question from its host. All is heard until `least` has gone by, and what has an
// owner without an answer until `most`, asked again now and then as hosts do: who answers second
// does so at once.
func whoHas(wanted *scenario, l *lab, owned map[string]bool, least, most time.Duration) ([]owner, error) {
	askers := []*asker{}
	defer func() {
		for _, a := range askers {
			unix.Close(a.fd)
		}
	}()
	for _, q := range wanted.Owners {
		device := l.devices[q.Host]
		a, err := newAsker(l.hosts[q.Host], device, l.firstIPv4[q.Host], net.ParseIP(q.Address))
		if err != nil {
			return nil, err
		}
		askers = append(askers, a)
		if err := a.ask(); err != nil {
			return nil, err
		}
	}
	asked, again := time.Now(), most/asks
	for len(askers) > 0 {
		time.Sleep(least / 4)
		silent := []*asker{}
		for number, a := range askers {
			a.hear()
			if owned[wanted.Owners[number].Address] && len(a.macs) == 0 {
				silent = append(silent, a)
			}
		}
		passed := time.Since(asked)
		if passed >= most || passed >= least && len(silent) == 0 {
			break
		}
		if passed >= again {
			again += most / asks
			for _, a := range silent {
				if err := a.ask(); err != nil {
					return nil, err
				}
			}
		}
	}
	found := []owner{}
	for number, a := range askers {
		slices.Sort(a.macs)
		q := wanted.Owners[number]
		found = append(found, owner{Host: q.Host, Address: q.Address, MACs: a.macs})
	}
	return found, nil
}

func firstIPv4(addresses []string) net.IP {
	for _, text := range addresses {
		if ip, _, err := net.ParseCIDR(text); err == nil && ip.To4() != nil {
			return ip
		}
	}
	return net.IPv4zero
}
