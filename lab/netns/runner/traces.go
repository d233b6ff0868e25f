package main

import (
	"io/fs"
	"path/filepath"
	"strings"
)

// traces are every link and file that there is of the node and its pods.
func traces(l *lab, sandboxes []*space) []string {
	found := []string{}
	for number, s := range append([]*space{l.node}, sandboxes...) {
		where := "pod: "
		if number == 0 {
			where = "node: "
		}
		for _, one := range links(s) {
			// The cluster's bridge stays for the next pod.
			if name := one.Attrs().Name; name != "lo" && name != "cni0" {
				found = append(found, where+name)
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
