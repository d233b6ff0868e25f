package main

import (
	"io/fs"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// traces are every link, lease and file that there is of the pods.
func traces(l *lab, sandboxes []*space, before []string) ([]string, error) {
	found := []string{}
	now, err := linkNames(l.node)
	if err != nil {
		return nil, err
	}
	for _, name := range now {
		// The cluster's bridge stays for the next pod.
		if name != "cni0" && !slices.Contains(before, name) {
			found = append(found, "node: "+name)
		}
	}
	for _, sandbox := range sandboxes {
		names, err := linkNames(sandbox)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if name != "lo" {
				found = append(found, "pod: "+name)
			}
		}
	}
	return append(found, files(folders...)...), nil
}

// linkNames are the names of a namespace's links.
func linkNames(s *space) ([]string, error) {
	all, err := links(s)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, one := range all {
		names = append(names, one.Attrs().Name)
	}
	sort.Strings(names)
	return names, nil
}

// files are the leases, results and states that lie below the folders of CNI.
func files(folders ...string) []string {
	found := []string{}
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
