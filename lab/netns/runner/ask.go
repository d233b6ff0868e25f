package main

import (
	"errors"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

const closedPort = 9

// ask calls a port that nobody listens on: a refusal is an answer, and came from the other end.
func ask(s *space, to string, timeout time.Duration) answer {
	address := net.ParseIP(to)
	var got answer
	routes, err := s.handle.RouteGet(address)
	if err != nil {
		got.Error = err.Error()
		return got
	}
	if l, err := s.handle.LinkByIndex(routes[0].LinkIndex); err == nil {
		got.Interface = l.Attrs().Name
	}
	if routes[0].Gw != nil {
		got.Gateway = routes[0].Gw.String()
	}
	if routes[0].Src != nil {
		got.Source = routes[0].Src.String()
	}
	err = s.in(func() error { return dial(address, timeout) })
	got.Answered = err == nil || errors.Is(err, unix.ECONNREFUSED)
	if err != nil {
		got.Error = err.Error()
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
