// Runs pods of described scenarios through Multus and the CNI plugins, one line of JSON after the
// other: `runner PLUGINS` reads requests from standard input and writes reports to standard output.
//
// It is to be the only one in its mount namespace: /run and /var/lib/cni are its own.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// How long answers are collected at least, as a part of the time that a call may take.
const hearing = 8

// Where Multus and the plugins keep what they must give back.
var folders = []string{"/run/cni", "/var/lib/cni"}

func main() {
	runtime.LockOSThread()
	plugins := os.Args[1]
	lan := &lanSwitch{space: newSpace("switch")}
	defer lan.close()
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for in.More() {
		var wanted scenario
		check(in.Decode(&wanted))
		r := &report{Calls: []answer{}, MACs: [][]string{}, Present: []string{}, Left: []string{}}
		live(plugins, lan, &wanted, r)
		check(out.Encode(r))
	}
}

// live builds the scenario, runs its pods, asks around, and takes everything away again.
func live(plugins string, lan *lanSwitch, wanted *scenario, r *report) {
	l := &lab{lan: lan, hosts: map[string]*space{}, devices: map[string]netlink.Link{}, bridges: map[string]netlink.Link{}}
	defer func() {
		if failure := recover(); failure != nil {
			r.Error = fmt.Sprint(failure)
		}
		if err := l.close(); err != nil {
			r.Error += err.Error()
		}
		// No scenario finds what another one has left.
		for _, folder := range folders {
			_ = os.RemoveAll(folder)
		}
	}()
	l.build(wanted)
	pods, before, sandboxes := newPodRuntime(plugins, wanted), traces(l, nil), []*space{}
	for _, pod := range wanted.Pods {
		sandbox := l.space("pod-" + pod.Name)
		sandboxes = append(sandboxes, sandbox)
		if wanted.WithoutIPv6 {
			// As after a start with ipv6.disable=1: there are no settings.
			check(sandbox.in(func() error { return unix.Mount("none", "/proc/sys/net/ipv6", "tmpfs", 0, "") }))
			defer sandbox.in(func() error { return unix.Unmount("/proc/sys/net/ipv6", unix.MNT_DETACH) })
		}
		var seen podReport
		if err := l.node.in(func() error { return pods.add(pod, sandbox.path()) }); err != nil {
			seen.Error = err.Error()
		} else {
			settle(sandbox)
			seen.Interfaces, seen.Routes = look(sandbox)
		}
		r.Pods = append(r.Pods, seen)
	}
	settle(l.node)
	talk(wanted, l, sandboxes, r)
	r.Present = traces(l, sandboxes)
	for number, pod := range wanted.Pods {
		if err := l.node.in(func() error { return pods.remove(pod, sandboxes[number].path()) }); err != nil {
			r.Pods[number].DeleteError = err.Error()
		}
	}
	for _, trace := range traces(l, sandboxes) {
		if !slices.Contains(before, trace) {
			r.Left = append(r.Left, trace)
		}
	}
}

func talk(wanted *scenario, l *lab, sandboxes []*space, r *report) {
	timeout := time.Duration(wanted.Seconds * float64(time.Second))
	r.MACs = whoHas(wanted, l, timeout/hearing, timeout)
	// All at once: what is not answered is waited for.
	r.Calls = make([]answer, len(wanted.Calls))
	var calling sync.WaitGroup
	for number, c := range wanted.Calls {
		from := l.hosts[c.Host]
		if c.Host == "" {
			if r.Pods[c.Pod].Error != "" {
				continue
			}
			from = sandboxes[c.Pod]
		}
		calling.Go(func() { r.Calls[number] = ask(from, c, timeout) })
	}
	calling.Wait()
}
