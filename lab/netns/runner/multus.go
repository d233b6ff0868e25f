package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/containernetworking/cni/pkg/invoke"
	"github.com/containernetworking/cni/pkg/skel"
	nettypes "github.com/k8snetworkplumbingwg/network-attachment-definition-client/pkg/apis/k8s.cni.cncf.io/v1"
	netfake "github.com/k8snetworkplumbingwg/network-attachment-definition-client/pkg/client/clientset/versioned/fake"
	"gopkg.in/k8snetworkplumbingwg/multus-cni.v4/pkg/k8sclient"
	"gopkg.in/k8snetworkplumbingwg/multus-cni.v4/pkg/multus"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/record"
)

const (
	stateFolder = "/run/cni/multus"
	networks    = "k8s.v1.cni.cncf.io/networks"
)

// podRuntime calls Multus as kubelet's runtime does; the API server is one in memory.
type podRuntime struct {
	plugins string
	client  *k8sclient.ClientInfo
	exec    invoke.Exec
	wanted  *scenario
}

func newPodRuntime(plugins string, wanted *scenario) *podRuntime {
	r := &podRuntime{
		plugins: plugins,
		wanted:  wanted,
		exec:    &invoke.DefaultExec{RawExec: &invoke.RawExec{Stderr: os.Stderr}},
		client: &k8sclient.ClientInfo{
			Client:        fake.NewSimpleClientset(),
			NetClient:     netfake.NewSimpleClientset(),
			EventRecorder: record.NewFakeRecorder(1000),
		},
	}
	for name, config := range wanted.Networks {
		definition := &nettypes.NetworkAttachmentDefinition{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: wanted.Namespace},
			Spec:       nettypes.NetworkAttachmentDefinitionSpec{Config: config},
		}
		must(r.client.AddNetAttachDef(definition))
	}
	for _, p := range wanted.Pods {
		must(r.client.AddPod(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Name:        p.Name,
			Namespace:   wanted.Namespace,
			UID:         types.UID("uid-" + p.Name),
			Annotations: map[string]string{networks: p.Annotation},
		}}))
	}
	return r
}

func (r *podRuntime) arguments(p pod, sandbox string) *skel.CmdArgs {
	// As upstream's entrypoint writes it, with the cluster's own conflist in it.
	config := must(json.Marshal(map[string]any{
		"cniVersion": "1.0.0",
		"name":       "multus-cni-network",
		"type":       "multus",
		"cniDir":     stateFolder,
		"binDir":     r.plugins,
		"logLevel":   "panic",
		"delegates":  []json.RawMessage{json.RawMessage(r.wanted.Conflist)},
	}))
	id := "sandbox-" + p.Name
	return &skel.CmdArgs{
		ContainerID: id,
		Netns:       sandbox,
		IfName:      "eth0",
		Path:        r.plugins,
		StdinData:   config,
		Args: fmt.Sprintf(
			"IgnoreUnknown=1;K8S_POD_NAMESPACE=%s;K8S_POD_NAME=%s;K8S_POD_INFRA_CONTAINER_ID=%s;K8S_POD_UID=uid-%s",
			r.wanted.Namespace, p.Name, id, p.Name,
		),
	}
}

// add makes the pod's interfaces.
func (r *podRuntime) add(p pod, sandbox string) error {
	_, err := multus.CmdAdd(r.arguments(p, sandbox), r.exec, r.client)
	return err
}

func (r *podRuntime) remove(p pod, sandbox string) error {
	return multus.CmdDel(r.arguments(p, sandbox), r.exec, r.client)
}
