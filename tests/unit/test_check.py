"""`check`: what a person sees of a sound and of a refused stack file."""

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.reading.stack_file import read_stack_file
from multihome.commands import app
from multihome.plan_table import plan_tables
from tests.cases.sites import ROOT, STACK_FILES, site, unchecked_site

HOME = (ROOT / "Pulumi.home.yaml").read_text()


def check(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, words)])


def changed_file(folder: Path, old: str, new: str) -> Path:
    assert old in HOME
    file = folder / "Pulumi.changed.yaml"
    file.write_text(HOME.replace(old, new))
    return file


def wrong(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "Pulumi.wrong.yaml"
    file.write_text(text)
    return [problem.rule for problem in read_stack_file(file).problems]


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_the_plan_of_a_sound_site_names_every_network_interface_and_node(path: Path) -> None:
    done = check(path)

    assert done.exit_code == 0
    assert done.stdout.startswith(f"{path}: the plan is sound\n")
    described = site(path.name.split(".")[1])
    words = done.stdout.split()
    for name, network in described.networks.items():
        assert {name, *(str(subnet.cidr) for subnet in network.subnets)} <= set(words)
        assert network.segment.label in done.stdout
    for interface in described.home_assistant.interfaces:
        assert {interface.name, interface.mac, str(interface.address)} <= set(words)
    assert set(described.nodes) <= set(words)


@pytest.mark.parametrize(
    ("network", "text"),
    [
        ({"type": "macvlan", "parent": "eth0"}, "untagged on eth0"),
        ({"type": "macvlan", "parent": "bond0.70"}, "VLAN 70 on bond0"),
        ({"type": "macvlan", "parent": "lan.guests"}, "untagged on lan.guests"),
        ({"type": "vlan", "parent": "eth0", "vlan_id": 2}, "VLAN 2 on eth0"),
        ({"type": "vlan", "parent": "bond0.70", "vlan_id": 2}, "VLAN 2 on bond0.70"),
    ],
)
def test_a_segment_is_shown_by_its_vlan_and_interface(
    network: dict[str, object], text: str
) -> None:
    described = unchecked_site({"networks/iot": {**network, "subnet": "192.168.32.0/24"}})
    assert described.networks["iot"].segment.label == text


@pytest.mark.parametrize("ipam", ["static", "host-local"])
def test_a_range_is_shown_where_pods_get_addresses_from_it(ipam: str) -> None:
    networks, _, _ = plan_tables(unchecked_site({"networks/lan/ipam": ipam}))

    (given,) = (row[3] for row in networks if row[0] == "lan")
    expected = {"static": "fixed only", "host-local": "192.168.18.32 - 192.168.18.100"}
    assert given == expected[ipam]


def test_a_warning_follows_the_plan() -> None:
    lines = check(ROOT / "Pulumi.home.yaml").stdout.splitlines()
    assert [line.split(": ")[0] for line in lines[-4:]] == ["warning", "note", *["warning"] * 2]
    assert lines[-3].startswith("note: multihome:networks.lan: macvlan: node-isolated: ")


def test_what_up_needs_beside_the_plan_is_told_until_the_stack_has_it(tmp_path: Path) -> None:
    asked = check(ROOT / "Pulumi.home.yaml").stdout
    file = tmp_path / "Pulumi.home.yaml"
    secrets = "".join(
        f"  multihome:{key}:\n    secure: v1:abc\n" for key in ("ssh_private_key", "kubeconfig")
    )
    file.write_text(HOME + secrets)
    not_asked = check(file).stdout

    for rule in ("ssh-key-missing", "kubeconfig-missing"):
        assert f": {rule}: " in asked
        assert rule not in not_asked


def test_a_context_names_the_cluster_as_a_kubeconfig_does_and_not_beside_one(
    tmp_path: Path,
) -> None:
    file = changed_file(tmp_path, "distribution: k3s", "distribution: k3s\n    context: home")
    assert "kubeconfig-missing" not in check(file).stdout

    file.write_text(f"{file.read_text()}  multihome:kubeconfig:\n    secure: v1:abc\n")
    done = check(file)
    assert done.exit_code == 1
    assert "multihome:cluster.context: home: cluster-twice: " in done.stderr


@pytest.mark.parametrize(
    ("content", "rule"),
    [(None, "archive-unreadable"), (b"", "archive-digest"), (b"plugins", None)],
    ids=["absent", "another", "right"],
)
def test_an_archive_is_looked_at_before_it_is_copied(
    content: bytes | None, rule: str | None, tmp_path: Path
) -> None:
    archive = tmp_path / "plugins.tgz"
    if content is not None:
        archive.write_bytes(content)
    digest = hashlib.sha256(b"plugins").hexdigest()
    keys = f"source: archive\n    archives: {{ amd64: {archive} }}\n"
    done = check(
        changed_file(tmp_path, "source: release\n", f"{keys}    sha256: {{ amd64: {digest} }}\n")
    )

    assert done.exit_code == (0 if rule is None else 1)
    if rule is not None:
        start = f"multihome:plugins.archives.amd64: {archive}: {rule}: "
        assert start in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (None, "No such file"),
        (b"a: b: c", "not YAML"),
        (b"\xff\xfe", "not UTF-8"),
        (b"kind: Deployment", "unexpected Deployment"),
    ],
)
def test_a_manifest_s_file_is_looked_at_before_it_is_applied(
    content: bytes | None, because: str, tmp_path: Path
) -> None:
    manifest = tmp_path / "multus.yml"
    if content is not None:
        manifest.write_bytes(content)
    version = "    version: v4.2.4\n"
    done = check(
        changed_file(tmp_path, version, f"{version}    manifest: {{ file: {manifest} }}\n")
    )

    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert f"multihome:multus.manifest.file: {manifest}: manifest-refused: " in line
    assert because in line
    assert "; " in line


def test_an_address_outside_its_subnet_is_told_with_key_value_rule_and_remedy(
    tmp_path: Path,
) -> None:
    done = check(changed_file(tmp_path, "address: 192.168.18.32", "address: 192.168.19.32"))

    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith(
        "multihome:home_assistant.interfaces[0].address: 192.168.19.32: address-outside-subnet:"
        " the address is not in 192.168.18.0/24; write an address of that subnet"
    )


def test_json_holds_the_plan_of_a_sound_file_and_the_problems_of_a_refused_one(
    tmp_path: Path,
) -> None:
    refused = changed_file(tmp_path, "address: 192.168.18.32", "address: 192.168.19.32")
    done = check("--json", ROOT / "Pulumi.home.yaml", refused)

    assert done.exit_code == 1
    assert done.stderr == ""
    first, second = json.loads(done.stdout)
    assert (first["sound"], second["sound"]) == (True, False)
    assert second["path"] == str(refused)
    assert first["plan"]["networks"]["iot"]["segment"] == "VLAN 2 on eth0"
    assert first["plan"]["networks"]["iot"]["range"] == "192.168.32.3-192.168.32.100"
    assert first["plan"]["interfaces"][0]["mac"] == "32:44:0b:5a:0e:2e"
    assert second["plan"] is None
    (error,) = (problem for problem in second["problems"] if problem["severity"] == "error")
    assert error == {
        "severity": "error",
        "rule": "address-outside-subnet",
        "key": "multihome:home_assistant.interfaces[0].address",
        "value": "192.168.19.32",
        "message": "the address is not in 192.168.18.0/24; write an address of that subnet",
        "network": "lan",
        "node": None,
        "workload": "home_assistant",
    }


def test_a_file_with_nothing_in_config_is_told_every_key_that_it_lacks(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.empty.yaml"
    file.write_text("config: {}\n")
    done = check(file)

    assert done.exit_code == 1
    assert "multihome:networks: (absent): missing" in done.stderr


def test_a_key_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    assert wrong(
        tmp_path, HOME.replace("    version: v4.2.4", "    version: v4.2.4\n    version: v4.3.0")
    ) == ["key-twice"]


def test_a_key_of_another_namespace_is_refused(tmp_path: Path) -> None:
    assert wrong(tmp_path, HOME.replace("multihome:multus", "hause:multus")) == ["key-namespace"]


def test_an_encrypted_value_inside_the_tree_is_refused(tmp_path: Path) -> None:
    text = HOME.replace("time_zone: Asia/Shanghai # example", "time_zone: {secure: v1:abc}")
    assert wrong(tmp_path, text) == ["secret-misplaced"]


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["text", "json"])
def test_a_private_key_in_plain_text_is_refused_and_not_repeated(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    canary = "-----BEGIN OPENSSH PRIVATE KEY----- canary"
    file = tmp_path / "Pulumi.home.yaml"
    file.write_text(f"{HOME}\n  multihome:ssh_private_key: '{canary}'\n")
    done = check(*words, file)

    assert done.exit_code == 1
    assert "secret-in-plain-text" in done.output
    assert "canary" not in done.output


def test_the_key_of_a_node_in_the_tree_is_refused(tmp_path: Path) -> None:
    text = HOME.replace("user: root", "user: '-----BEGIN OPENSSH PRIVATE KEY-----'")
    assert wrong(tmp_path, text) == ["secret-in-plain-text"]


@pytest.mark.parametrize("typed", ["010", "1_0", "1e1", "10.", "10.0", "2026-11-24", "="])
def test_a_scalar_that_the_engine_may_read_otherwise_is_refused(tmp_path: Path, typed: str) -> None:
    text = HOME.replace("vlan_id: 2", f"vlan_id: {typed}")
    assert wrong(tmp_path, text) == ["scalar-ambiguous"]
