"""The command line: what a person sees of a sound and of a wrong stack file."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from config.reading.json_schema import schema_text
from config.reading.stack_file import read_stack_file
from multihome.check import check_command
from multihome.picture import picture, picture_command
from multihome.rules import rules_text
from tests.cases.sites import ROOT, STACK_FILES, site

HOME = (ROOT / "Pulumi.home.yaml").read_text()


def wrong(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "Pulumi.wrong.yaml"
    file.write_text(text)
    return [problem.rule for problem in read_stack_file(file).problems]


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_the_plan_of_a_sound_site_is_printed(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_command([str(path)]) == 0
    assert "home-assistant" in capsys.readouterr().out


def test_a_wrong_address_is_told_with_key_value_rule_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "Pulumi.home.yaml"
    file.write_text(HOME.replace("address: 192.168.18.32", "address: 192.168.19.32"))

    assert check_command([str(file)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(
        "multihome:home_assistant.interfaces[0].address: 192.168.19.32: address-outside-subnet:"
        " it is not in 192.168.18.0/24; choose an address of that network"
    )


def test_a_key_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    assert wrong(
        tmp_path, HOME.replace("    version: v4.2.4", "    version: v4.2.4\n    version: v4.3.0")
    ) == ["key-twice"]


def test_a_key_of_another_namespace_is_refused(tmp_path: Path) -> None:
    assert wrong(tmp_path, HOME.replace("multihome:multus", "hause:multus")) == ["key-namespace"]


def test_an_encrypted_value_inside_the_tree_is_refused(tmp_path: Path) -> None:
    text = HOME.replace("time_zone: Asia/Shanghai # example", "time_zone: {secure: v1:abc}")
    assert wrong(tmp_path, text) == ["secret-in-tree"]


def test_a_private_key_in_plain_text_is_refused_and_not_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    canary = "-----BEGIN OPENSSH PRIVATE KEY----- canary"
    file = tmp_path / "Pulumi.home.yaml"
    file.write_text(f"{HOME}\n  multihome:ssh_private_key: '{canary}'\n")

    assert check_command([str(file)]) == 1
    captured = capsys.readouterr()
    assert "secret-in-plain-text" in captured.err
    assert "canary" not in captured.err + captured.out


def test_the_key_of_a_node_in_the_tree_is_refused(tmp_path: Path) -> None:
    text = HOME.replace("user: root", "user: '-----BEGIN OPENSSH PRIVATE KEY-----'")
    assert wrong(tmp_path, text) == ["private-key-in-plain-text"]


@pytest.mark.parametrize("typed", ["010", "1_0", "1e1", "10.", "10.0", "2026-11-24", "="])
def test_a_scalar_that_the_engine_may_read_otherwise_is_refused(tmp_path: Path, typed: str) -> None:
    text = HOME.replace("vlan_id: 2", f"vlan_id: {typed}")
    assert wrong(tmp_path, text) == ["scalar-ambiguous"]


def test_a_file_that_is_not_there_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_command([str(tmp_path / "none.yaml")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_committed_schema_is_current() -> None:
    assert (ROOT / "config" / "schema.json").read_text() == schema_text()


def test_the_committed_table_of_rules_is_current() -> None:
    assert (ROOT / "docs" / "rules.md").read_text() == rules_text()


def test_the_committed_picture_is_current() -> None:
    assert (ROOT / "docs" / "network.svg").read_text() == picture(site("home"))


@pytest.mark.parametrize("stack", ["home", "cabin"])
def test_the_picture_names_every_leg_and_every_network(
    stack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    described = site(stack)
    assert picture_command([str(ROOT / f"Pulumi.{stack}.yaml")]) == 0
    drawn = ElementTree.fromstring(capsys.readouterr().out)  # noqa: S314 - our own
    words = " ".join(text.text or "" for text in drawn.iter("{http://www.w3.org/2000/svg}text"))
    for attachment in described.home_assistant.interfaces:
        assert attachment.name in words
        assert str(attachment.address) in words
        assert attachment.mac in words
    for name, network in described.networks.items():
        assert f"{name}: " in words
        assert str(network.subnet) in words
    for name in described.nodes:
        assert f"node {name}" in words
