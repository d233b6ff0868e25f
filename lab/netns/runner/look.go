package main

import (
	"errors"
	"slices"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// whole asks again for a list that the kernel changed while it was read.
func whole[T any](list func() (T, error)) (T, error) {
	for {
		found, err := list()
		if !errors.Is(err, netlink.ErrDumpInterrupted) {
			return found, err
		}
	}
}

func links(s *space) ([]netlink.Link, error) {
	return whole(func() ([]netlink.Link, error) { return s.handle.LinkList() })
}

func addresses(s *space, l netlink.Link, family int) ([]netlink.Addr, error) {
	return whole(func() ([]netlink.Addr, error) { return s.handle.AddrList(l, family) })
}

// settle waits until no address is tentative: the kernel looks for duplicates for a second or two.
func settle(s *space, timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
	for {
		found, err := addresses(s, nil, netlink.FAMILY_V6)
		if err != nil {
			return err
		}
		tentative := slices.ContainsFunc(found, func(a netlink.Addr) bool {
			return a.Flags&unix.IFA_F_TENTATIVE != 0 && a.Flags&unix.IFA_F_DADFAILED == 0
		})
		if !tentative || time.Now().After(deadline) {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// look describes a pod's interfaces and routes; lo and link-local routes are left out.
func look(s, node *space) (map[string]ifaceSeen, []routeSeen, error) {
	all, err := links(s)
	if err != nil {
		return nil, nil, err
	}
	names := map[int]string{}
	interfaces := map[string]ifaceSeen{}
	for _, l := range all {
		names[l.Attrs().Index] = l.Attrs().Name
		if l.Attrs().Name == "lo" {
			continue
		}
		seen := ifaceSeen{MAC: l.Attrs().HardwareAddr.String(), MTU: l.Attrs().MTU, Addresses: []string{}, LinkLocal: []string{}, Unready: []string{}}
		if err := describe(&seen, l, s, node); err != nil {
			return nil, nil, err
		}
		own, err := addresses(s, l, netlink.FAMILY_ALL)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range own {
			switch {
			case a.Flags&unix.IFA_F_DADFAILED != 0:
				seen.Unready = append(seen.Unready, a.IPNet.String()+" is somebody else's")
			// The kernel looks for duplicates once more where the link was away.
			case a.Flags&unix.IFA_F_TENTATIVE != 0:
				seen.Unready = append(seen.Unready, a.IPNet.String()+" is tentative")
			case a.Scope == unix.RT_SCOPE_UNIVERSE:
				seen.Addresses = append(seen.Addresses, a.IPNet.String())
			case a.Scope == unix.RT_SCOPE_LINK:
				seen.LinkLocal = append(seen.LinkLocal, a.IPNet.String())
			}
		}
		interfaces[l.Attrs().Name] = seen
	}
	found, err := whole(func() ([]netlink.Route, error) {
		return s.handle.RouteList(nil, netlink.FAMILY_ALL)
	})
	if err != nil {
		return nil, nil, err
	}
	routes := []routeSeen{}
	for _, r := range found {
		if r.Dst != nil && (r.Dst.IP.To4() == nil && (r.Dst.IP.IsLinkLocalUnicast() || r.Dst.IP.IsMulticast())) {
			continue
		}
		seen := routeSeen{Interface: names[r.LinkIndex]}
		if r.Dst != nil {
			seen.Destination = r.Dst.String()
		}
		if r.Gw != nil {
			seen.Gateway = r.Gw.String()
		}
		routes = append(routes, seen)
	}
	return interfaces, routes, nil
}
