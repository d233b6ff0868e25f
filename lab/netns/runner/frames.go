package main

import (
	"bytes"
	"encoding/binary"
	"net"
)

const (
	etherHeader = 14
	ipv6Header  = 40
	arpReply    = 2
	solicit     = 135
	advertise   = 136
	icmpv6      = 58
)

func network16(v uint16) uint16 { return v<<8 | v>>8 }

// arpRequest is a probe (RFC 5227) where the sender has no address of its own.
func arpRequest(mac net.HardwareAddr, own, to net.IP) []byte {
	var frame bytes.Buffer
	frame.Write([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	frame.Write(mac)
	frame.Write([]byte{0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1})
	frame.Write(mac)
	frame.Write(own.To4())
	frame.Write(make([]byte, 6))
	frame.Write(to.To4())
	return frame.Bytes()
}

// arpReplyOf is the MAC that answers for the address, or nothing.
func arpReplyOf(frame []byte, address net.IP) string {
	if len(frame) < 42 || binary.BigEndian.Uint16(frame[20:22]) != arpReply || !address.Equal(frame[28:32]) {
		return ""
	}
	return net.HardwareAddr(frame[22:28]).String()
}

// neighbourSolicitation asks from the device's link-local address (RFC 4861 section 4.3).
func neighbourSolicitation(mac net.HardwareAddr, to net.IP) []byte {
	target := to.To16()
	group := append(net.ParseIP("ff02::1:ff00:0")[:13], target[13:]...)
	message := append([]byte{solicit, 0, 0, 0, 0, 0, 0, 0}, target...)
	message = append(message, 1, 1)
	message = append(message, mac...)
	header := []byte{0x60, 0, 0, 0, 0, byte(len(message)), icmpv6, 255}
	header = append(header, linkLocal(mac)...)
	header = append(header, group...)
	binary.BigEndian.PutUint16(message[2:4], checksum(header[8:], message))

	frame := append([]byte{0x33, 0x33}, group[12:]...)
	frame = append(frame, mac...)
	frame = append(frame, 0x86, 0xdd)
	return append(append(frame, header...), message...)
}

// advertisementOf is the MAC that answers for the address, or nothing.
func advertisementOf(frame []byte, address net.IP) string {
	message := etherHeader + ipv6Header
	if len(frame) < message+24 || frame[etherHeader+6] != icmpv6 || frame[message] != advertise {
		return ""
	}
	if !address.Equal(net.IP(frame[message+8 : message+24])) {
		return ""
	}
	return net.HardwareAddr(frame[6:12]).String()
}

func linkLocal(mac net.HardwareAddr) net.IP {
	return net.IP{0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]}
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
