package main

// A scenario is one request: the node's links, the hosts beside it, and the pods that are to run.
// All addresses have prefix lengths unless said otherwise.
type scenario struct {
	Node      []link            `json:"node"`
	Hosts     []host            `json:"hosts"`
	Cluster   cluster           `json:"cluster"`
	Namespace string            `json:"namespace"`
	Networks  map[string]string `json:"networks"` // spec.config of each NetworkAttachmentDefinition
	Pods      []podRequest      `json:"pods"`
	Calls     []call            `json:"calls"`
	Owners    []question        `json:"owners"`
	Seconds   float64           `json:"seconds"` // how long an answer is waited for
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
	Router    bool     `json:"router"`
}

// The cluster's own network: the conflist of eth0, and service addresses that the node answers.
type cluster struct {
	Conflist string   `json:"conflist"`
	Services []string `json:"services"`
}

type podRequest struct {
	Name       string `json:"name"`
	Annotation string `json:"annotation"`
}

// A call from a pod to an address (without prefix length), or, with a host's name, from that host.
type call struct {
	Pod  int    `json:"pod"`
	Host string `json:"host"`
	To   string `json:"to"`
}

// A question of a host: who has this address (without prefix length)?
type question struct {
	Host    string `json:"host"`
	Address string `json:"address"`
}

type report struct {
	Error   string      `json:"error"` // what failed of the lab's own, before any plugin ran
	Pods    []podReport `json:"pods"`
	Calls   []answer    `json:"calls"`
	Owners  []owner     `json:"owners"`
	Present []string    `json:"present"` // what there is of the pods while they live
	Left    []string    `json:"left"`    // and what of it when they were removed
}

type podReport struct {
	Error       string               `json:"error"`
	Status      string               `json:"status"`
	Interfaces  map[string]ifaceSeen `json:"interfaces"`
	Routes      []routeSeen          `json:"routes"`
	DeleteError string               `json:"delete_error"`
}

// An interface of a pod. Mode and VLAN are those of a macvlan and of a vlan.
type ifaceSeen struct {
	Kind      string   `json:"kind"`
	Mode      string   `json:"mode"`
	VLAN      int      `json:"vlan"`
	Parent    string   `json:"parent"` // the node's link that it is made from
	MAC       string   `json:"mac"`
	MTU       int      `json:"mtu"`
	Addresses []string `json:"addresses"`
	LinkLocal []string `json:"link_local"`
	Unready   []string `json:"unready"` // addresses that are not its own yet, or never will be
}

type routeSeen struct {
	Destination string `json:"destination"`
	Gateway     string `json:"gateway"`
	Interface   string `json:"interface"`
}

// The route that the call takes, the address that it comes from, and whether it was answered;
// the kernel's error if it was not.
type answer struct {
	Interface string `json:"interface"`
	Gateway   string `json:"gateway"`
	Source    string `json:"source"`
	Answered  bool   `json:"answered"`
	Error     string `json:"error"`
}

// Who answers the question.
type owner struct {
	Host    string   `json:"host"`
	Address string   `json:"address"`
	MACs    []string `json:"macs"`
}
