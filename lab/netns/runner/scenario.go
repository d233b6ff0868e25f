package main

// A scenario is one request: the node's links, the hosts beside it, and the pods that are to run.
// Addresses of links and hosts have prefix lengths; those of calls and questions have none.
type scenario struct {
	Node        []link            `json:"node"`
	Hosts       []host            `json:"hosts"`
	Conflist    string            `json:"conflist"` // of eth0, the cluster's own
	Services    []string          `json:"services"` // addresses that the node answers
	Namespace   string            `json:"namespace"`
	WithoutIPv6 bool              `json:"without_ipv6"` // whether the node was started without IPv6
	Networks    map[string]string `json:"networks"`     // spec.config of each NetworkAttachmentDefinition
	Pods        []pod             `json:"pods"`
	Calls       []call            `json:"calls"`
	Questions   []question        `json:"questions"`
	Seconds     float64           `json:"seconds"` // how long an answer is waited for
}

// A link of the node; one with a parent is a VLAN interface.
type link struct {
	Name      string   `json:"name"`
	Parent    string   `json:"parent"`
	VLAN      int      `json:"vlan"`
	MTU       int      `json:"mtu"`
	MAC       string   `json:"mac"`
	Addresses []string `json:"addresses"`
}

// A host on the segment of one of the node's links, or in a VLAN there. It leads to its loopback
// addresses, and by its link alone, without an address in them, to the on-link subnets.
type host struct {
	Name      string   `json:"name"`
	Link      string   `json:"link"`
	VLANs     []int    `json:"vlans"` // from the outer tag to the inner
	MAC       string   `json:"mac"`
	Addresses []string `json:"addresses"`
	Loopback  []string `json:"loopback"`
	OnLink    []string `json:"on_link"`
	Router    bool     `json:"router"` // it has IPv6's address of all routers, too
}

type pod struct{ Name, Annotation string }

// A call of a pod, or of the host that is named. Source is the caller's address, if it is to be one.
type call struct {
	Pod       int    `json:"pod"`
	Host      string `json:"host"`
	Source    string `json:"source"`
	To        string `json:"to"`
	RouteOnly bool   `json:"route_only"` // whether the kernel is asked for the route alone
}

// A host asks who has the address, by ARP from its source; an answer that is expected is waited for.
type question struct {
	Host     string `json:"host"`
	Source   string `json:"source"`
	Address  string `json:"address"`
	Expected bool   `json:"expected"`
}

type report struct {
	Error   string      `json:"error"` // what failed of the lab's own, before any plugin ran
	Pods    []podReport `json:"pods"`
	Calls   []answer    `json:"calls"`
	MACs    [][]string  `json:"macs"`    // who answered each question
	Present []string    `json:"present"` // what there is of the pods while they live
	Left    []string    `json:"left"`    // and what of it when they were removed
}

type podReport struct {
	Error       string               `json:"error"`
	Interfaces  map[string]ifaceSeen `json:"interfaces"`
	Routes      [][3]string          `json:"routes"` // destination, gateway, interface
	DeleteError string               `json:"delete_error"`
}

type ifaceSeen struct {
	MAC       string   `json:"mac"`
	MTU       int      `json:"mtu"`
	Addresses []string `json:"addresses"`
	Unready   []string `json:"unready"` // addresses that are not its own yet, or never will be
}

// The route that the call takes, the address that it comes from, and whether it was answered;
// the kernel's error if it was not. Frames are those of the call that its interface has seen.
type answer struct {
	Interface string   `json:"interface"`
	Gateway   string   `json:"gateway"`
	Source    string   `json:"source"`
	Answered  bool     `json:"answered"`
	Error     string   `json:"error"`
	Frames    []string `json:"frames"`
}
