package main

import (
	"fmt"
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
