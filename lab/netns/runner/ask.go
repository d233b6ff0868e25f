package main

import (
	"errors"
	"net"
	"slices"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const closedPort = "9"

// ask calls a port that nobody listens on: a refusal is an answer, and came from the other end.
func ask(s *space, c call, timeout time.Duration) answer {
	from, to := net.ParseIP(c.Source), net.ParseIP(c.To)
	got := answer{Frames: []string{}, Source: c.Source}
	failed := func(err error) answer {
		got.Error = err.Error()
		return got
	}
	routes, err := s.handle.RouteGetWithOptions(to, &netlink.RouteGetOptions{SrcAddr: from})
	if err != nil {
		return failed(err)
	}
	hop := to
	if routes[0].Gw != nil {
		hop = routes[0].Gw
		got.Gateway = hop.String()
	}
	if from == nil && routes[0].Src != nil {
		got.Source = routes[0].Src.String()
	}
	device, err := s.handle.LinkByIndex(routes[0].LinkIndex)
	if err != nil {
		return failed(err)
	}
	if got.Interface = device.Attrs().Name; c.RouteOnly {
		return got
	}
	t, err := newTap(s, device)
	if err != nil {
		return failed(err)
	}
	defer t.close()
	err = s.in(func() error { return dial(from, to, timeout) })
	got.Answered = err == nil || errors.Is(err, unix.ECONNREFUSED)
	for _, f := range t.hear() {
		if text := t.describe(f, hop, net.ParseIP(got.Source), to); text != "" && !slices.Contains(got.Frames, text) {
			got.Frames = append(got.Frames, text)
		}
	}
	if err != nil {
		return failed(err)
	}
	return got
}

// describe says what a frame has to do with a call by that next hop; nothing of other frames.
func (t *tap) describe(f frame, hop, own, to net.IP) string {
	out := f.from == t.mac.String()
	switch {
	case f.purpose == inquiry && out && f.target.Equal(hop):
		return "asks who has " + hop.String()
	case f.purpose == reply && !out && f.target.Equal(hop):
		return f.from + " answers for " + hop.String()
	case f.purpose == packet && out && f.source.Equal(own) && f.destination.Equal(to):
		return "sends to " + f.to
	case f.purpose == packet && !out && f.source.Equal(to) && f.destination.Equal(own):
		return "gets from " + f.from
	}
	return ""
}

// dial stays on this very thread, which is the one inside the namespace: there is no name to resolve.
// Its error is the kernel's own.
func dial(from, to net.IP, timeout time.Duration) error {
	dialer := net.Dialer{Timeout: timeout}
	if from != nil {
		dialer.LocalAddr = &net.TCPAddr{IP: from}
	}
	connection, err := dialer.Dial("tcp", net.JoinHostPort(to.String(), closedPort))
	if err == nil {
		return connection.Close()
	}
	number := unix.ETIMEDOUT
	errors.As(err, &number)
	return number
}
