"""What a workload's pod may do: little by default, and more by a key's name."""

import subprocess
from pathlib import Path

import pytest

from components.workload.container import volume_container
from tests.cases.sites import changed
from tests.unit.pods import ROOTLESS, Keys, changes, contexts, made, main, pod, refused

STICK = "/dev/serial/by-id/usb-Zigbee-if00-port0"


def test_by_default_no_container_gains_rights_and_root_may_only_use_the_volume_s_files() -> None:
    given = pod({})["spec"]
    assert given["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    assert given["automountServiceAccountToken"] is False
    files = ["CHOWN", "DAC_OVERRIDE", "FOWNER"]
    capabilities = {name: context["capabilities"] for name, context in contexts({}).items()}
    assert capabilities == {
        "check-interfaces": {"drop": ["ALL"]},
        "verify-interfaces": {"drop": ["ALL"]},
        "verify-start": {"drop": ["ALL"], "add": files},
        "keep-data": {"drop": ["ALL"], "add": files},
        "seed": {"drop": ["ALL"], "add": files},
        "home-assistant": {"drop": ["ALL"], "add": files},
    }
    for context in contexts({}).values():
        assert context["allowPrivilegeEscalation"] is False


def test_no_file_of_the_user_takes_the_place_of_a_module_of_python(tmp_path: Path) -> None:
    """The image's working folder is /config."""
    (tmp_path / "json.py").write_text("raise SystemExit('the user')")
    spec, job = pod({})["spec"], made({}).home_assistant["Job"]["spec"]["template"]["spec"]
    commands = [
        container["command"]
        for container in (*spec["initContainers"], *spec["containers"], *job["containers"])
        if "command" in container
    ]
    assert len(commands) == 6
    for command in commands:
        python = command[: command.index("-c") + 1]
        done = subprocess.run([*python, "import json"], cwd=tmp_path, check=False)
        assert done.returncode == 0, command


def test_the_token_of_the_interface_check_is_mounted_nowhere_else() -> None:
    spec = pod({})["spec"]
    mounting = [
        container["name"]
        for container in (*spec["initContainers"], *spec["containers"])
        if "account" in {mount["name"] for mount in container.get("volumeMounts", [])}
    ]
    assert mounting == ["check-interfaces"]


def test_a_container_that_prepares_the_volume_may_write_it_as_the_workload_does() -> None:
    for keys in ({}, ROOTLESS):
        settings = changed("home", changes(keys)).site
        assert settings is not None
        prepared = volume_container(settings.home_assistant, {"name": "prepare"})
        main = contexts(keys)["home-assistant"]
        assert prepared["securityContext"] == main
        assert prepared["resources"]["limits"]


def test_a_rootless_image_has_no_capability_and_owns_its_volume_by_its_group() -> None:
    assert pod(ROOTLESS)["spec"]["securityContext"] == {
        "seccompProfile": {"type": "RuntimeDefault"},
        "runAsUser": 65534,
        "runAsGroup": 65534,
        "runAsNonRoot": True,
        "supplementalGroups": [20],
        "fsGroup": 65534,
        "fsGroupChangePolicy": "OnRootMismatch",
    }
    for context in contexts(ROOTLESS).values():
        assert context["capabilities"] == {"drop": ["ALL"]}


def test_more_capabilities_are_the_workload_s_alone() -> None:
    given = contexts({"capabilities": ["NET_RAW"]})
    assert "NET_RAW" in given.pop("home-assistant")["capabilities"]["add"]
    for context in given.values():
        assert "NET_RAW" not in context["capabilities"].get("add", [])


@pytest.mark.parametrize("capability", ["CAP_NET_RAW", "net_raw", "ALL", "NET RAW", "ADMIN"])
def test_a_capability_that_there_is_not_is_refused(capability: str) -> None:
    assert refused({"capabilities": [capability]}) == {"capability"}


def test_a_device_of_a_device_plugin_is_asked_for_by_its_resource() -> None:
    container = main({"devices": ["squat.ai/serial", "smarter-devices/ttyUSB0"]})
    limits = container["resources"]["limits"]
    assert (limits["squat.ai/serial"], limits["smarter-devices/ttyUSB0"]) == ("1", "1")
    assert "privileged" not in container["securityContext"]


def test_a_device_of_the_node_is_at_the_same_path_in_a_privileged_container() -> None:
    keys: Keys = {"devices": [STICK], "privileged": True}
    spec = pod(keys)["spec"]
    container = spec["containers"][0]

    assert container["securityContext"] == {"privileged": True}
    assert {"name": "device-0", "mountPath": STICK} in container["volumeMounts"]
    path = {"path": STICK, "type": "CharDevice"}
    assert {"name": "device-0", "hostPath": path} in spec["volumes"]
    others = {k: v for k, v in contexts(keys).items() if k != "home-assistant"}
    assert not any("privileged" in context for context in others.values())


@pytest.mark.parametrize(
    "device",
    [
        "/dev",
        "/dev/",
        "/dev/../etc",
        "/dev/a/../b",
        "/etc/shadow",
        "/dev/serial/by-path/a:b",
        "ttyUSB0",
        "kubernetes.io/x",
        "sub.kubernetes.io/x",
        "requests.example/x",
        "squat.ai/",
        "Squat.ai/serial",
        "a b/c",
    ],
)
def test_what_is_no_device_is_refused(device: str) -> None:
    assert refused({"devices": [device], "privileged": True}) == {"device"}


def test_a_device_that_is_listed_twice_is_refused() -> None:
    assert refused({"devices": [STICK, STICK], "privileged": True}) == {"device-twice"}


def test_bluetooth_is_the_node_s_d_bus_and_no_capability() -> None:
    """Linux has Bluetooth sockets in the node's own network namespace alone."""
    spec = pod({"bluetooth": True})["spec"]
    container = spec["containers"][0]

    mounted = {"name": "dbus", "mountPath": "/run/dbus", "readOnly": True}
    assert mounted in container["volumeMounts"]
    host = {"path": "/run/dbus", "type": "Directory"}
    assert {"name": "dbus", "hostPath": host} in spec["volumes"]
    assert container["securityContext"]["appArmorProfile"] == {"type": "Unconfined"}
    assert not set(container["securityContext"]["capabilities"]["add"]) & {"NET_ADMIN", "NET_RAW"}


@pytest.mark.parametrize(
    ("keys", "labelled"),
    [
        ({}, False),
        (ROOTLESS, False),
        ({"capabilities": ["NET_BIND_SERVICE"]}, False),
        ({"devices": ["squat.ai/serial"]}, False),
        ({"capabilities": ["NET_RAW"]}, True),
        ({"bluetooth": True}, True),
        ({"privileged": True}, True),
    ],
)
def test_the_namespace_admits_more_than_the_baseline_only_where_the_pod_needs_it(
    keys: Keys, *, labelled: bool
) -> None:
    labels = made(keys).namespace["metadata"].get("labels", {})
    assert labels == ({"pod-security.kubernetes.io/enforce": "privileged"} if labelled else {})


def test_user_numbers_of_its_own_are_the_pod_s() -> None:
    assert pod({"host_users": False})["spec"]["hostUsers"] is False
    assert "hostUsers" not in pod({})["spec"]


@pytest.mark.parametrize(
    "keys",
    [
        {"privileged": True},
        {"devices": [STICK], "privileged": True},
        {"devices": ["squat.ai/serial"]},
        {"bluetooth": True},
        {"storage": {"access_mode": "ReadWriteMany", "storage_class": "longhorn"}},
        {"storage": {"storage_class": "nfs-client"}},
        {"storage": {"storage_class": "csi.nfs"}},
        {**ROOTLESS, "run_as": {"user": 65536}},
        {**ROOTLESS, "run_as": {"user": 1000, "groups": [70000]}},
    ],
)
def test_user_numbers_of_its_own_exclude_what_knows_the_node_s(keys: Keys) -> None:
    assert refused({**keys, "host_users": False}) == {"host-users"}
