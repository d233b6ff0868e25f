"""The picture: a Mermaid flowchart of who is in which network."""

import re

import pytest
from typer.testing import CliRunner

from multihome.commands import app
from multihome.picture import picture
from tests.cases.sites import ROOT, site

BOX = re.compile(r'  +(\w+)\(?\["([^"]*)"\]\)?')


@pytest.mark.parametrize("stack", ["home", "cabin"])
def test_the_picture_holds_every_interface_network_and_node(stack: str) -> None:
    described = site(stack)
    done = CliRunner().invoke(app, ["picture", str(ROOT / f"Pulumi.{stack}.yaml")])

    assert done.exit_code == 0
    boxes = [words.split("<br/>") for _, words in BOX.findall(done.stdout)]
    for interface in described.home_assistant.interfaces:
        addresses = [interface.address, *filter(None, [interface.ipv6_address])]
        assert [interface.name, *map(str, addresses), interface.mac] in boxes
    for name, network in described.networks.items():
        assert [name, *(str(subnet.cidr) for subnet in network.subnets)] in boxes
        assert f'-- "{network.segment.label}" --- nodes' in done.stdout
    for name, node in described.nodes.items():
        assert [name, node.host] in boxes


def test_an_interface_is_joined_to_its_own_network() -> None:
    lines = list(picture(site("home")))
    box = {words.split("<br/>")[0]: key for key, words in BOX.findall("\n".join(lines))}
    assert f"  {box['net1']} --- {box['lan']}" in lines
    assert f"  {box['net1.2']} --- {box['iot']}" in lines
