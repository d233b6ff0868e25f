package main

import (
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

func newSpace(name string) *space {
	here := must(netns.Get())
	defer here.Close()
	s := &space{name: name, ns: must(netns.NewNamed(name))}
	check(netns.Set(here))
	s.handle = must(netlink.NewHandleAt(s.ns, unix.NETLINK_ROUTE))
	check(s.handle.LinkSetUp(s.link("lo")))
	return s
}

func (s *space) path() string { return "/run/netns/" + s.name }

func (s *space) link(name string) netlink.Link { return must(s.handle.LinkByName(name)) }

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

// check ends the scenario where the lab itself fails; live reports it.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}
