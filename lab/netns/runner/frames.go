package main

import (
	"bytes"
	"encoding/binary"
	"net"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const (
	etherHeader = 14
	ipv6Header  = 40
	solicit     = 135
	advertise   = 136
	icmpv6      = 58
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
	ip := func(from, length int) net.IP { return bytes.Clone(data[from : from+length]) }
	if len(data) < etherHeader+28 {
		return frame{}, false
	}
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
		if len(data) < etherHeader+ipv6Header {
			return frame{}, false
		}
		f.source, f.destination = ip(22, 16), ip(38, 16)
		message := etherHeader + ipv6Header
		if data[20] == icmpv6 && len(data) >= message+24 {
			switch data[message] {
			case solicit:
				f.purpose, f.target = inquiry, ip(message+8, 16)
			case advertise:
				f.purpose, f.target = reply, ip(message+8, 16)
			}
		}
	default:
		return frame{}, false
	}
	return f, true
}

func arpRequest(mac net.HardwareAddr, source, to net.IP) []byte {
	var made bytes.Buffer
	made.Write([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	made.Write(mac)
	made.Write([]byte{0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1})
	made.Write(mac)
	made.Write(source.To4())
	made.Write(make([]byte, 6))
	made.Write(to.To4())
	return made.Bytes()
}

// neighbourSolicitation asks from the device's link-local address (RFC 4861 section 4.3).
func neighbourSolicitation(mac net.HardwareAddr, to net.IP) []byte {
	target := to.To16()
	group := append(net.ParseIP("ff02::1:ff00:0")[:13], target[13:]...)
	own := []byte{0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]}
	message := append([]byte{solicit, 0, 0, 0, 0, 0, 0, 0}, target...)
	message = append(append(message, 1, 1), mac...)
	header := []byte{0x60, 0, 0, 0, 0, byte(len(message)), icmpv6, 255}
	header = append(append(header, own...), group...)
	binary.BigEndian.PutUint16(message[2:4], checksum(header[8:], message))
	made := append(append([]byte{0x33, 0x33}, group[12:]...), mac...)
	return append(append(append(made, 0x86, 0xdd), header...), message...)
}

// checksum of an ICMPv6 message between two addresses (RFC 4443 section 2.3).
func checksum(addresses, message []byte) uint16 {
	sum := uint32(len(message)) + icmpv6
	for _, part := range [][]byte{addresses, message} {
		for n := 0; n+1 < len(part); n += 2 {
			sum += uint32(binary.BigEndian.Uint16(part[n : n+2]))
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
