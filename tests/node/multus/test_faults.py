"""Faults of Multus that the clean-up cures, first seen and then cured with the real programs."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.netns.namespaces import missing, start_segment
from tests.cases.rules import CASES
from tests.cases.sites import unchecked_site
from tests.node.multus.cleaned_node import ALIVE, CleanedNode
from tests.node.multus.multus_node import ADDRESS, NAMESPACE, NETWORK, MultusNode


@pytest.fixture
def cleaned(tmp_path: Path) -> CleanedNode:
    """The shells are compared elsewhere."""
    return CleanedNode(interpreter=("sh",), root=tmp_path / "node")


@contextmanager
def running(node: CleanedNode, *ips: str) -> Iterator[MultusNode]:
    """The node with an API server and no Multus yet."""
    why = missing()
    if why:
        pytest.skip(why)
    with start_segment("eth0") as segment:
        made = MultusNode(node, segment, list(ips))
        try:
            with made.api_server():
                yield made
        finally:
            made.forget_pods()


def multus_that_calls_itself(node: MultusNode, file: str) -> None:
    """Writes what the entrypoint of v4.0.2 wrote at its second start, when it found its own file.

    From a conflist of the version 1.0.0 it made a conflist, from an older one a single plugin.
    """
    described: Mapping[str, object] = node.default
    for _ in range(2):
        plugin = {
            "type": "multus",
            "logLevel": "panic",
            "kubeconfig": str(node.kubeconfig),
            "delegates": [described],
        }
        described = {
            "cniVersion": "1.0.0",
            "name": "multus-cni-network",
            **({"plugins": [plugin]} if file.endswith("conflist") else plugin),
        }
    (node.node.conf_dir / file).write_text(json.dumps(described))


def numbers(node: MultusNode) -> dict[str, int]:
    """The last numbers of the addresses that were given out last."""
    return {
        name: int(address.rpartition(".")[2]) for name, address in node.given_out_last().items()
    }


@pytest.mark.parametrize("file", ["00-multus.conflist", "00-multus.conf"])
def test_addresses_walk_on_both_interfaces_until_the_clean_up(
    cleaned: CleanedNode, file: str
) -> None:
    with running(cleaned) as node:
        multus_that_calls_itself(node, file)
        for start in (2, 3, 4):
            _, failed = node.start_pod()
            assert "interface name net1 already exists" in failed
            assert numbers(node) == {"eth0": start, "net1": start}
        if file == "00-multus.conf":
            # A newer Multus does not cure it: its own file comes after the stale one.
            with node.multus():
                _, failed = node.start_pod()
                assert "interface name net1 already exists" in failed

        assert cleaned.clean_up().returncode == 0
        before = numbers(node)
        with node.multus():
            pod, failed = node.start_pod()
            assert not failed
            assert set(node.addresses(pod)) == {"eth0", "net1"}
            assert numbers(node) == {name: number + 1 for name, number in before.items()}
            node.call("del", pod)


def test_an_address_whose_pod_ended_without_multus_is_free_after_the_clean_up(
    cleaned: CleanedNode,
) -> None:
    with running(cleaned, ADDRESS) as node:
        with node.multus():
            pod, failed = node.start_pod()
            assert not failed
        other = cleaned.lease(f"{NAMESPACE}-{NETWORK}", "192.168.18.40", ALIVE)
        # Multus has ended and taken its configuration along: the runtime knows eth0 alone.
        assert not node.call("del", pod)
        with node.multus():
            _, failed = node.start_pod()
            assert f"requested IP address {ADDRESS} is not available" in failed

        assert cleaned.clean_up(PATIENCE="0").returncode == 0
        with node.multus():
            pod, failed = node.start_pod()
            assert not failed
            assert node.addresses(pod)["net1"] == [ADDRESS]
            node.call("del", pod)
        assert other.exists()


def test_without_a_name_multus_takes_the_first_file_of_the_folder(cleaned: CleanedNode) -> None:
    with running(cleaned) as node:
        another = json.dumps(node.default).replace("10.42.", "10.99.")
        (cleaned.conf_dir / "05-left-behind.conflist").write_text(another)
        for rule, address in ((None, "10.42.0.2"), ("conflist-missing", "10.99.0.2")):
            planned = unchecked_site(CASES[rule] if rule else {})
            with node.multus(planned):
                pod, failed = node.start_pod()
                assert not failed
                assert node.addresses(pod)["eth0"] == [address]
                node.call("del", pod)


def test_multus_does_not_start_where_the_file_that_k3s_writes_is_not_there(
    cleaned: CleanedNode,
) -> None:
    planned = unchecked_site(CASES["conflist-with-flannel"])
    with running(cleaned) as node:
        own = cleaned.conf_dir / "10-flannel.conflist"
        own.rename(cleaned.conf_dir / str(planned.cluster.default_conflist))

        with pytest.raises(RuntimeError) as refused, node.multus(planned):
            pass
        assert f"file {own} not found" in str(refused.value)
