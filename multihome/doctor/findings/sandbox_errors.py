"""The errors of a pod's sandbox by cause: what plugins, Multus and the kernel say, and what helps.

The texts are those of docs/background/cni.md and docs/background/multus.md.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A cause of a failure, with its cure; both may hold groups of the pattern as `{0}`."""

    pattern: str
    cause: str
    cure: str


# The first that matches counts: causes come before their consequences.
CAUSES = (
    Cause(
        pattern=r'failed to find plugin "([^"]+)"',
        cause="the plugin {0} is missing on the node",
        cure="raise multihome:plugins.generation and run `up`",
    ),
    Cause(
        pattern=r"must be called as chained plugin|Required prevResult missing"
        r"|missing prevResult from earlier plugin",
        cause="a file has been replaced by a chained plugin, such as portmap",
        cure="see the finding plugin-overwritten of the pod's node",
    ),
    Cause(
        pattern=r"unexpected end of JSON input",
        cause="a plugin printed nothing: a link leads to a program that is not this plugin",
        cure="see the finding plugin-overwritten of the pod's node; remove links made by hand",
    ),
    Cause(
        pattern=r"interface name (\S+) already exists",
        cause="Multus calls itself, and makes {0} twice",
        cure="see the finding multus-calls-itself of the pod's node",
    ),
    Cause(
        pattern=r"Unauthorized",
        cause="the API server refuses Multus' token, or its ServiceAccount is gone",
        cure="delete Multus' pod on the node; its successor writes the kubeconfig anew",
    ),
    Cause(
        pattern=r"multus\.sock: connect: (?:connection refused|no such file or directory)",
        cause="the configuration of a thick Multus is there, and its daemon does not run",
        cure="start the daemon, or remove 00-multus.conf* on the node",
    ),
    Cause(
        pattern=r"requested IP address (\S+) is not available",
        cause="{0} is leased to a sandbox that is gone, or to another pod",
        cure="see the finding lease-left of the pod's node",
    ),
    Cause(
        pattern=r"no IP addresses available in range set",
        cause="every address of the range is leased",
        cure="see the findings lease-left and multus-calls-itself, or give a larger `range`",
    ),
    Cause(
        pattern=r"failed to allocate all requested IPs: (\S+)",
        cause="{0} lies outside the range of the network",
        cure="give an `address` within `range`, or run `up --refresh`",
    ),
    Cause(
        pattern=r"Link not found|no such network interface",
        cause="the parent interface is missing on the node",
        cure="see the finding parent-missing of the pod's node",
    ),
    Cause(
        pattern=r"failed to create vlan: file exists",
        cause="the node, or another pod on it, has this VLAN already",
        cure="see the finding vlan-taken of the pod's node; a vlan network takes one pod per node",
    ),
    Cause(
        pattern=r"operation not supported",
        cause="the node's kernel lacks a module",
        cure="see the finding module-missing of the pod's node",
    ),
    Cause(
        pattern=r"open /proc/sys/(\S+): no such file",
        cause="the node's kernel lacks the sysctl {0}",
        cure="see the finding sysctl-missing of the pod's node",
    ),
    Cause(
        pattern=r"address already in use",
        cause="another interface on the same parent has this MAC",
        cure="give each pod interface a MAC of its own",
    ),
    Cause(
        pattern=r"device or resource busy",
        cause="the parent belongs to a bridge or to another kind of interface",
        cure="name the bridge, or an interface that is free, as `parent`",
    ),
    Cause(
        pattern=r"invalid MTU|numerical result out of range",
        cause="the MTU is larger than the parent's",
        cure="lower `mtu`, or raise that of the parent",
    ),
    Cause(
        pattern=r"network is unreachable",
        cause="the gateway of a route lies in no subnet of the interface",
        cure="correct `gateway`",
    ),
    Cause(
        pattern=r"incompatible CNI versions",
        cause="a plugin is older than the network's conflist",
        cure="install plugins of release v1.0.0 or later",
    ),
    Cause(
        pattern=r"cannot find a network-attachment-definition \(([^)]+)\)|network-attachment"
        r'-definitions\.k8s\.cni\.cncf\.io "([^"]+)" not found',
        cause="the NetworkAttachmentDefinition {0} is missing",
        cure="run `up --refresh`",
    ),
)


def explained(message: str) -> tuple[str, str] | None:
    """Cause and cure of an event's message; None where the message says nothing known."""
    for known in CAUSES:
        found = re.search(known.pattern, message)
        if found is not None:
            groups = [group for group in found.groups() if group is not None]
            return known.cause.format(*groups), known.cure
    return None
