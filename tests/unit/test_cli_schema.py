"""The JSON Schema gives the verdict of the reader on the form of a stack file."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from config.reading import stack_file
from config.reading.json_schema import schema_text, stack_file_schema
from config.reading.strict_yaml import load_strictly
from config.site import Site
from tests.cases.sites import ROOT, STACK_FILES

Place = tuple[str | int, ...]
REMOVED = object()
SCHEMA = Draft202012Validator(stack_file_schema())
OF_ANOTHER_TYPE: dict[type, object] = {str: 5, int: "text", bool: "text", list: "text", dict: []}
# Parts that the committed stack files leave out.
MORE_KEYS: dict[str, object] = {
    "multihome:plugins": {
        "source": "archive",
        "archives": {"amd64": "/srv/plugins.tgz"},
        "sha256": {"amd64": "1" * 64},
    },
    "multihome:multus": {"manifest": {"url": "https://example.org/m.yml", "sha256": "1" * 64}},
    "multihome:kubeconfig": {"secure": "v1:abc"},
    "pulumi:tags": {"site": "home"},
}
WORKLOAD_KEYS: dict[str, object] = {
    "environment": {"DISABLE_JEMALLOC": "true", "DB_URL": {"secret": "recorder"}},
    "resources": {"requests": {"cpu": "500m"}, "limits": {"memory": "4Gi"}},
    "run_as": {"user": 568, "group": 568, "groups": [20]},
    "fs_group": 568,
    "capabilities": ["NET_RAW"],
    "devices": ["squat.ai/serial", "/dev/serial/by-id/usb-Zigbee-if00-port0"],
    "bluetooth": True,
    "privileged": True,
    "host_users": False,
    "tolerations": [{"key": "example.org/home", "operator": "Exists", "effect": "NoExecute"}],
    "storage": {"existing_claim": "config", "access_mode": "ReadWriteMany"},
    "service": {"type": "LoadBalancer", "labels": {"example.org/name": "value"}},
    "pod": {"annotations": {"example.org/name": "any text"}},
}
HOME = load_strictly((ROOT / "Pulumi.home.yaml").read_text())["config"]
MORE_KEYS["multihome:home_assistant"] = {**HOME["multihome:home_assistant"], **WORKLOAD_KEYS}
FILES = {
    **{path.name: load_strictly(path.read_text())["config"] for path in STACK_FILES},
    "more keys": {**HOME, **MORE_KEYS},
}


@pytest.mark.parametrize("name", FILES)
def test_a_sound_file_is_valid(name: str) -> None:
    assert not list(SCHEMA.iter_errors({"config": FILES[name]}))


@pytest.mark.parametrize("name", FILES)
def test_schema_and_reader_agree_on_every_single_change(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, change, content in single_changes({"config": FILES[name]}):
        schema, reader = SCHEMA.is_valid(content), reader_accepts(content, monkeypatch)
        assert schema == reader, (place, change)


def single_changes(original: dict[str, Any]) -> Iterator[tuple[Place, str, dict[str, Any]]]:
    """(where, what, the changed content): types, missing and unknown keys, forms, limits."""
    for place, value in places(original):
        if place:
            another = OF_ANOTHER_TYPE[type(value)]
            yield place, "another type", changed(original, place, another)
            yield place, "null", changed(original, place, None)
            yield place, "removed", changed(original, place, REMOVED)
        if isinstance(value, str):
            yield place, "another form", changed(original, place, "of no form!")
        if isinstance(value, int):
            yield place, "out of range", changed(original, place, -1)
        if isinstance(value, list):
            yield place, "empty", changed(original, place, [])
        if isinstance(value, dict):
            yield place, "unknown key", changed(original, (*place, "unknown"), "text")
            # With a sound value, so that among free names only the name is wrong.
            inner = next(iter(value.values()))
            yield place, "key of another form", changed(original, (*place, "No Form"), inner)


def places(value: object, at: Place = ()) -> Iterator[tuple[Place, object]]:
    """Every value within, and the keys that lead to it."""
    yield at, value
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in inner:
            yield from places(each, (*at, key))


def changed(original: dict[str, Any], place: Place, value: object) -> dict[str, Any]:
    content = copy.deepcopy(original)
    here: Any = content
    for key in place[:-1]:
        here = here[key]
    if value is REMOVED:
        del here[place[-1]]
    else:
        here[place[-1]] = value
    return content


def reader_accepts(content: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the reader finds the form right; the rules across the site are not asked."""
    monkeypatch.setattr(stack_file, "load_strictly", lambda _: content)
    read = stack_file.read_stack_file(ROOT / "Pulumi.home.yaml")
    try:
        Site.model_validate(read.tree)
    except ValidationError:
        return False
    return not read.problems


@pytest.mark.parametrize(
    ("key", "accepted"),
    [
        ("kubernetes:context", False),
        ("pulumi:disable-default-providers", True),
        ("command:anything", False),
        ("aws:region", False),
        ("kubernetes:", False),
        ("region", False),
    ],
)
def test_schema_and_reader_accept_the_same_namespaces(
    key: str, *, accepted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {"config": {**FILES["Pulumi.home.yaml"], key: "text"}}
    assert SCHEMA.is_valid(content) is accepted
    assert reader_accepts(content, monkeypatch) is accepted


def test_named_secrets_are_encrypted_values() -> None:
    config = FILES["Pulumi.home.yaml"]
    encrypted = {**config, "multihome:secrets": {"mqtt": {"secure": "v1:abc"}}}
    assert SCHEMA.is_valid({"config": encrypted})
    assert not SCHEMA.is_valid({"config": {**config, "multihome:secrets": {"mqtt": "plain"}}})


def test_every_key_has_a_description() -> None:
    schema = stack_file_schema()
    definitions = schema["$defs"]
    described = {"config": schema["properties"]["config"], **definitions}
    bare = [
        f"{name}.{key}"
        for name, part in described.items()
        for key, value in part["properties"].items()
        if not (value.keys() & {"description"} or described_by_reference(value, definitions))
    ]
    assert bare == []


def described_by_reference(value: dict[str, Any], definitions: dict[str, Any]) -> bool:
    return "description" in definitions.get(value.get("$ref", "").rpartition("/")[2], {})


def test_the_committed_schema_is_current() -> None:
    assert (ROOT / "config" / "schema.json").read_text() == schema_text()
