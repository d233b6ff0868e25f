package main

import (
	"bytes"
	"encoding/binary"
	"net"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

// What a frame is for.
const (
	packet = iota
	inquiry
	reply
)

// A frame as far as it says who talks to whom. An inquiry or a reply is about the target.
type frame struct {
	purpose             int
	from, to            string
	source, destination net.IP
	target              net.IP
}

// tap hears every frame of one interface.
type tap struct {
	fd  int
	mac net.HardwareAddr
}

func newTap(s *space, device netlink.Link) (*tap, error) {
	t := &tap{mac: device.Attrs().HardwareAddr}
	return t, s.in(func() error {
		var err error
		if t.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
			return err
		}
		all := uint16(unix.ETH_P_ALL<<8 | unix.ETH_P_ALL>>8)
		return unix.Bind(t.fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: device.Attrs().Index})
	})
}

func (t *tap) close() { unix.Close(t.fd) }

// hear gives what has come in so far.
func (t *tap) hear() []frame {
	found, bytes := []frame{}, make([]byte, 256)
	for {
		n, err := unix.Read(t.fd, bytes)
		if err != nil {
			return found
		}
		if f, ok := decode(bytes[:n]); ok {
			found = append(found, f)
		}
	}
}

// ask sends the question who has the address. One from no address changes no table (RFC 5227).
func (t *tap) ask(source, address net.IP) error {
	question := arpRequest(t.mac, source, address)
	if address.To4() == nil {
		question = neighbourSolicitation(t.mac, address)
	}
	_, err := unix.Write(t.fd, question)
	return err
}

func decode(data []byte) (frame, bool) {
	// What a short frame lacks reads as zeros.
	data = append(data, make([]byte, 80)...)
	ip := func(from, length int) net.IP { return bytes.Clone(data[from : from+length]) }
	f := frame{to: net.HardwareAddr(data[0:6]).String(), from: net.HardwareAddr(data[6:12]).String()}
	switch binary.BigEndian.Uint16(data[12:14]) {
	case unix.ETH_P_ARP:
		if binary.BigEndian.Uint16(data[20:22]) == 1 {
			f.purpose, f.target = inquiry, ip(38, 4)
		} else {
			f.purpose, f.target = reply, ip(28, 4)
		}
	case unix.ETH_P_IP:
		f.source, f.destination = ip(26, 4), ip(30, 4)
	case unix.ETH_P_IPV6:
		f.source, f.destination = ip(22, 16), ip(38, 16)
		switch [2]byte{data[20], data[54]} {
		case [2]byte{unix.IPPROTO_ICMPV6, byte(ipv6.ICMPTypeNeighborSolicitation)}:
			f.purpose, f.target = inquiry, ip(62, 16)
		case [2]byte{unix.IPPROTO_ICMPV6, byte(ipv6.ICMPTypeNeighborAdvertisement)}:
			f.purpose, f.target = reply, ip(62, 16)
		}
	default:
		return frame{}, false
	}
	return f, true
}

func arpRequest(mac net.HardwareAddr, source, to net.IP) []byte {
	all, kind := bytes.Repeat([]byte{0xff}, 6), []byte{0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1}
	return slices.Concat[[]byte](all, mac, kind, mac, source.To4(), make([]byte, 6), to.To4())
}

// neighbourSolicitation asks from the device's link-local address (RFC 4861 section 4.3).
func neighbourSolicitation(mac net.HardwareAddr, to net.IP) []byte {
	target := to.To16()
	group := append(net.ParseIP("ff02::1:ff00:0")[:13], target[13:]...)
	own := net.IP{0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]}
	body := icmp.RawBody{Data: slices.Concat[[]byte](make([]byte, 4), target, []byte{1, 1}, mac)}
	message := icmp.Message{Type: ipv6.ICMPTypeNeighborSolicitation, Body: &body}
	data := must(message.Marshal(icmp.IPv6PseudoHeader(own, group)))
	kind := []byte{0x86, 0xdd, 0x60, 0, 0, 0, 0, byte(len(data)), unix.IPPROTO_ICMPV6, 255}
	return slices.Concat[[]byte]([]byte{0x33, 0x33}, group[12:], mac, kind, own, group, data)
}
