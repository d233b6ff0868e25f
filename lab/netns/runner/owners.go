package main

import (
	"net"
	"slices"
	"time"
)

// So often a question is asked that gets no answer.
const asks = 3

// asked is a question on its way, with the MACs that have answered so far.
type asked struct {
	*tap
	question
	source, address net.IP
	macs            []string
}

// whoHas gives the MACs that answer each question. All is heard until `least` has gone by, and an
// answer that is expected waited for until `most`, asked again now and then as hosts do: who answers
// second does so at once.
func whoHas(wanted *scenario, l *lab, least, most time.Duration) [][]string {
	all := []*asked{}
	defer func() {
		for _, a := range all {
			a.close()
		}
	}()
	for _, q := range wanted.Questions {
		t := must(newTap(l.hosts[q.Host], l.devices[q.Host]))
		all = append(all, &asked{t, q, net.ParseIP(q.Source), net.ParseIP(q.Address), []string{}})
	}
	started, again := time.Now(), time.Duration(0)
	for len(all) > 0 {
		silent := false
		for _, a := range all {
			for _, f := range a.hear() {
				if f.purpose == reply && f.target.Equal(a.address) && !slices.Contains(a.macs, f.from) {
					a.macs = append(a.macs, f.from)
				}
			}
			silent = silent || a.Expected && len(a.macs) == 0
		}
		passed := time.Since(started)
		if passed >= most || passed >= least && !silent {
			break
		}
		if passed >= again {
			again += most / asks
			for _, a := range all {
				if len(a.macs) == 0 {
					check(a.ask(a.source, a.address))
				}
			}
		}
		time.Sleep(least / 4)
	}
	found := [][]string{}
	for _, a := range all {
		slices.Sort(a.macs)
		found = append(found, a.macs)
	}
	return found
}
