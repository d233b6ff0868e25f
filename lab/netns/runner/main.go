// Runs pods of described scenarios through Multus and the CNI plugins, one line of JSON after the
// other: `runner PLUGINS` reads requests from standard input and writes reports to standard output.
//
// It is to be the only one in its mount namespace: /run and /var/lib/cni are its own.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"time"
)

// How long answers are collected at least, as a part of the time that a call may take.
const hearing = 8

// Where Multus and the plugins keep what they must give back.
var folders = []string{"/run/cni", "/var/lib/cni"}

// How long the kernel may look for duplicates of an address.
const settling = 15 * time.Second

func main() {
	runtime.LockOSThread()
	plugins := os.Args[1]
	lan, err := newLANSwitch()
	if err != nil {
		fmt.Fprintln(os.Stderr, "switch:", err)
		os.Exit(1)
	}
	defer lan.close()
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			var wanted scenario
			if err := json.Unmarshal(line, &wanted); err != nil {
				fmt.Fprintln(os.Stderr, "request:", err)
				os.Exit(1)
			}
			if err := out.Encode(run(plugins, lan, &wanted)); err != nil {
				os.Exit(1)
			}
		}
		if err != nil {
			return
		}
	}
}

func run(plugins string, lan *lanSwitch, wanted *scenario) *report {
	r := &report{Calls: []answer{}, Owners: []owner{}, Present: []string{}, Left: []string{}}
	if err := live(plugins, lan, wanted, r); err != nil {
		r.Error = err.Error()
	}
	return r
}

// live builds the scenario, runs its pods, asks around, and takes everything away again.
func live(plugins string, lan *lanSwitch, wanted *scenario, r *report) (failure error) {
	defer emptyFolders()
	l, err := makeLab(wanted, lan)
	defer func() { failure = errors.Join(failure, l.close()) }()
	if err != nil {
		return err
	}
	pods, err := newPodRuntime(plugins, wanted)
	if err != nil {
		return err
	}
	before, err := linkNames(l.node)
	if err != nil {
		return err
	}
	sandboxes := []*space{}
	for _, pod := range wanted.Pods {
		sandbox, err := l.space("pod-" + pod.Name)
		if err != nil {
			return err
		}
		sandboxes = append(sandboxes, sandbox)
		var seen podReport
		err = l.node.in(func() error {
			var err error
			seen.Status, err = pods.add(pod, sandbox.path())
			return err
		})
		if err != nil {
			seen.Error = err.Error()
		} else if err := settle(sandbox, settling); err != nil {
			return err
		} else if seen.Interfaces, seen.Routes, err = look(sandbox, l.node); err != nil {
			return err
		}
		r.Pods = append(r.Pods, seen)
	}
	if err := settle(l.node, settling); err != nil {
		return err
	}
	if err := talk(wanted, l, sandboxes, r); err != nil {
		return err
	}
	if r.Present, err = traces(l, sandboxes, before); err != nil {
		return err
	}
	for number, pod := range wanted.Pods {
		err := l.node.in(func() error { return pods.remove(pod, sandboxes[number].path()) })
		if err != nil {
			r.Pods[number].DeleteError = err.Error()
		}
	}
	r.Left, err = traces(l, sandboxes, before)
	return err
}

func talk(wanted *scenario, l *lab, sandboxes []*space, r *report) error {
	timeout := time.Duration(wanted.Seconds * float64(time.Second))
	owned := map[string]bool{}
	for _, pod := range r.Pods {
		for _, seen := range pod.Interfaces {
			for _, text := range seen.Addresses {
				if ip, _, err := net.ParseCIDR(text); err == nil {
					owned[ip.String()] = true
				}
			}
		}
	}
	var err error
	if r.Owners, err = whoHas(wanted, l, owned, timeout/hearing, timeout); err != nil {
		return err
	}
	// All at once: what is not answered is waited for.
	r.Calls = make([]answer, len(wanted.Calls))
	var calling sync.WaitGroup
	for number, c := range wanted.Calls {
		from := l.hosts[c.Host]
		if c.Host == "" {
			if r.Pods[c.Pod].Error != "" {
				r.Calls[number] = answer{Error: "the pod was not made"}
				continue
			}
			from = sandboxes[c.Pod]
		}
		calling.Go(func() { r.Calls[number] = ask(from, c.To, timeout) })
	}
	calling.Wait()
	return nil
}

// emptyFolders lets no scenario find what another one has left.
func emptyFolders() {
	for _, folder := range folders {
		entries, _ := os.ReadDir(folder)
		for _, entry := range entries {
			_ = os.RemoveAll(folder + "/" + entry.Name())
		}
	}
}
