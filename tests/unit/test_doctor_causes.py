"""The errors of plugins, Multus and kernel are translated to their causes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from multihome.doctor.findings import sandbox_errors
from multihome.doctor.findings.sandbox_errors import CAUSES, explained
from tests.cases.sites import ROOT

# What is said, in the words of the program that says it, and a part of the cause.
SAID = {
    'failed to find plugin "vlan" in path [/var/lib/rancher/k3s/data/cni]': "the plugin vlan is",
    "must be called as chained plugin": "replaced by a chained plugin",
    "Required prevResult missing": "replaced by a chained plugin",
    "missing prevResult from earlier plugin": "replaced by a chained plugin",
    "failed to unmarshal raw result: unexpected end of JSON input": "a plugin printed nothing",
    "CmdAdd (shim): validateIfName: interface name net1 already exists": "and makes net1 twice",
    "error waiting for pod: Unauthorized": "refuses Multus' token",
    "dial unix /host/run/multus/multus.sock: connect: connection refused": "its daemon does not",
    "failed to allocate for range 0: requested IP address 192.168.18.32 is not available in range"
    " set 192.168.18.32-192.168.18.100": "192.168.18.32 is leased",
    "no IP addresses available in range set: 192.168.18.32-192.168.18.100": "every address",
    "failed to allocate all requested IPs: 192.168.18.5": "192.168.18.5 lies outside the range",
    'failed to lookup master "eth1": Link not found': "the parent interface is missing",
    "failed to create vlan: file exists": "has this VLAN already",
    "failed to create macvlan: operation not supported": "lacks a module",
    "open /proc/sys/net/ipv6/conf/net1/accept_ra: no such file or directory": (
        "lacks the sysctl net/ipv6/conf/net1/accept_ra"
    ),
    "failed to set macvlan UP: address already in use": "has this MAC",
    "failed to create macvlan: device or resource busy": "belongs to a bridge",
    "invalid MTU 9000, must be [0, master MTU(1500)]": "the MTU is larger",
    "failed to add route '{10.9.0.0/16 via 192.168.19.1 dev net1}': network is unreachable": (
        "the gateway of a route"
    ),
    'incompatible CNI versions; config is "1.1.0", plugin supports ["0.1.0"]': "a plugin is older",
    "cannot find a network-attachment-definition (iot) in namespace (homeassistant)": (
        "the NetworkAttachmentDefinition iot is missing"
    ),
}


@pytest.mark.parametrize("said", SAID)
def test_an_error_has_its_cause(said: str) -> None:
    known = explained(f'Failed to create pod sandbox: plugin type="multus" failed (add): {said}')
    assert known is not None
    assert SAID[said] in known[0]
    assert "{" not in known[0] + known[1]


def test_every_cause_has_an_error() -> None:
    for cause in CAUSES:
        assert any(re.search(cause.pattern, said) for said in SAID), cause.cause


def test_an_unknown_error_has_no_cause() -> None:
    assert explained("the disk is broken") is None


def names_of_findings() -> set[str]:
    files = Path(sandbox_errors.__file__).parent.glob("*.py")
    return {name for path in files for name in re.findall(r'name="([a-z0-9-]+)"', path.read_text())}


def test_a_cure_names_findings_that_exist() -> None:
    named = {name for cause in CAUSES for name in _findings_of(cause.cure)}
    assert len(named) > 4
    assert named <= names_of_findings()


def _findings_of(cure: str) -> Iterator[str]:
    for listed in re.findall(r"see the findings? ([a-z0-9-]+(?: and [a-z0-9-]+)*)", cure):
        yield from listed.split(" and ")


def test_the_document_has_a_row_for_each_finding() -> None:
    text = (ROOT / "docs" / "doctor.md").read_text()
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE)) == names_of_findings()
