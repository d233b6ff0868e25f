package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// How long the kernel may look for duplicates of an address.
const settling = 15 * time.Second

// whole asks again for a list that the kernel changed while it was read.
func whole[T any](list func() (T, error)) T {
	for {
		found, err := list()
		if !errors.Is(err, netlink.ErrDumpInterrupted) {
			return must(found, err)
		}
	}
}

func links(s *space) []netlink.Link {
	return whole(func() ([]netlink.Link, error) { return s.handle.LinkList() })
}

func addresses(s *space, l netlink.Link, family int) []netlink.Addr {
	return whole(func() ([]netlink.Addr, error) { return s.handle.AddrList(l, family) })
}

// settle waits until no address is tentative: the kernel looks for duplicates for a second or two.
func settle(s *space) {
	for deadline := time.Now().Add(settling); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		tentative := slices.ContainsFunc(addresses(s, nil, netlink.FAMILY_V6), func(a netlink.Addr) bool {
			return a.Flags&unix.IFA_F_TENTATIVE != 0 && a.Flags&unix.IFA_F_DADFAILED == 0
		})
		if !tentative {
			return
		}
	}
}

// look describes a pod's interfaces and routes; lo and link-local routes are left out.
func look(s *space) (map[string]ifaceSeen, [][3]string) {
	names, interfaces := map[int]string{}, map[string]ifaceSeen{}
	for _, l := range links(s) {
		name := l.Attrs().Name
		if names[l.Attrs().Index] = name; name == "lo" {
			continue
		}
		seen := ifaceSeen{MAC: l.Attrs().HardwareAddr.String(), MTU: l.Attrs().MTU, Addresses: []string{}, Unready: []string{}}
		for _, a := range addresses(s, l, netlink.FAMILY_ALL) {
			switch {
			case a.Flags&unix.IFA_F_DADFAILED != 0:
				seen.Unready = append(seen.Unready, a.IPNet.String()+" is somebody else's")
			// The kernel looks for duplicates once more where the link was away.
			case a.Flags&unix.IFA_F_TENTATIVE != 0:
				seen.Unready = append(seen.Unready, a.IPNet.String()+" is tentative")
			case a.Scope == unix.RT_SCOPE_UNIVERSE:
				seen.Addresses = append(seen.Addresses, a.IPNet.String())
			}
		}
		interfaces[name] = seen
	}
	routes := [][3]string{}
	for _, r := range whole(func() ([]netlink.Route, error) { return s.handle.RouteList(nil, netlink.FAMILY_ALL) }) {
		if to := r.Dst.IP; to.To4() == nil && (to.IsLinkLocalUnicast() || to.IsMulticast()) {
			continue
		}
		seen := [3]string{r.Dst.String(), "", names[r.LinkIndex]}
		if r.Gw != nil {
			seen[1] = r.Gw.String()
		}
		routes = append(routes, seen)
	}
	return interfaces, routes
}

// traces are every link and file that there is of the node and its pods.
func traces(l *lab, sandboxes []*space) []string {
	found := []string{}
	for _, s := range append([]*space{l.node}, sandboxes...) {
		for _, one := range links(s) {
			// The cluster's bridge stays for the next pod.
			if name := one.Attrs().Name; name != "lo" && name != "cni0" {
				found = append(found, s.name+": "+name)
			}
		}
	}
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			name := filepath.Base(path)
			// host-local's own notes: no lease.
			if err == nil && !entry.IsDir() && name != "lock" && !strings.HasPrefix(name, "last_reserved_ip") {
				found = append(found, path)
			}
			return nil
		})
	}
	return found
}
