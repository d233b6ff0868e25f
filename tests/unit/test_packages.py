"""The folder of packages: how it is read and refused, and how it reaches the pod."""

import json
from collections.abc import Mapping
from pathlib import Path

import kubernetes_validate
import pytest

from components.home_assistant.data.packages_folder import lay_packages
from components.objects import site_objects
from components.this_machine import file_problems, packages_of
from config.site import Site
from lab.build.manifests import upstream_file
from multihome.site_file import read_site_file
from tests.cases.sites import ROOT, changed, changed_tree
from tests.unit.recorder import record_site

EXAMPLE: dict[str, object] = {
    "secrets/recorder": {"secure": "v1:postgresql://ha@db.lan/ha"},
    "home_assistant/configuration": "tests/cases/packages",
    "home_assistant/configuration_secrets": {"recorder_url": "recorder"},
}


def with_folder(folder: str | None, secrets: Mapping[str, str] | None = None) -> Site:
    changes = {
        **{f"secrets/{name}": {"secure": "v1:x"} for name in (secrets or {}).values()},
        "home_assistant/configuration": folder,
        "home_assistant/configuration_secrets": dict(secrets or {}),
    }
    found = changed("home", changes).site
    assert found is not None
    return found


def lines(base: Path, site: Site) -> list[str]:
    """The problems, without the key."""
    prefix = "multihome:home_assistant."
    return [each.line().removeprefix(prefix) for each in file_problems(site, base)]


def test_the_files_of_the_folder_are_the_packages(tmp_path: Path) -> None:
    (tmp_path / "ha").mkdir()
    (tmp_path / "ha" / "lights.yaml").write_text("light: []\n")
    (tmp_path / "ha" / "empty.yaml").touch()
    (tmp_path / "ha" / ".hidden.yaml").write_text("][")
    (tmp_path / "ha" / "README.md").write_text("notes")
    site = with_folder("ha")

    assert lines(tmp_path, site) == []
    assert packages_of(site, tmp_path) == {"empty.yaml": "", "lights.yaml": "light: []\n"}
    assert packages_of(with_folder(None), tmp_path) == {}


def test_home_assistant_s_own_tags_are_no_mistakes(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(
        "a: !secret one\nb: !env_var URL none\nc: !include x.yaml\nd: !include_dir_list d\n"
        "e: !include_dir_named d\nf: !include_dir_merge_list d\ng: !include_dir_merge_named d\n"
        "h: &h {i: !input i}\nj: *h\n"
    )
    (tmp_path / "folder").mkdir()
    (tmp_path / "all.yaml").rename(tmp_path / "folder" / "all.yaml")
    assert lines(tmp_path, with_folder("folder", {"one": "secret"})) == []


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("Lights.yaml", "", "Lights.yaml: package-name: invalid; expected lower-case"),
        ("a__b.yaml", "", "a__b.yaml: package-name: invalid"),
        ("my-lights.yaml", "", "my-lights.yaml: package-name: invalid"),
        ("secrets.yaml", "a: b", "secrets.yaml: package-secrets: it would be readable"),
        ("a.yaml", "b: [", "a.yaml, line 1: package-yaml: "),
        ("a.yaml", "b: 1\n c: 2", "a.yaml, line 2: package-yaml: mapping values are not allowed"),
        ("a.yaml", "- b", "a.yaml: package-yaml: its top is no mapping"),
        ("a.yaml", "a: 1\n---\nb: 2", "a.yaml, line 2: package-yaml: "),
        ("a.yaml", "b: !python x", "a.yaml, line 1: package-yaml: Home Assistant does not know"),
        ("a.yaml", "b: \udce4", "a.yaml: package-yaml: it is not UTF-8"),
        ("a.yaml", "b:\n\nhttp:\n", "a.yaml, line 3: package-http: it has `http:`, which Home"),
        ("a.yaml", "http main: {}", "a.yaml, line 1: package-http: "),
        ("a.yml", "", "a.yml: package-elsewhere: Home Assistant gets the files *.yaml"),
        ("deep/a.yaml", "", "deep/a.yaml: package-elsewhere: "),
        ("a.yaml", "a: " + 10**6 * "x", "folder: configuration-too-large: 1000018 bytes are more"),
    ],
)
def test_a_file_that_home_assistant_would_refuse_is_refused(
    tmp_path: Path, name: str, content: str, line: str
) -> None:
    folder = tmp_path / "folder"
    (folder / name).parent.mkdir(parents=True)
    (folder / "good.yaml").touch()
    (folder / name).write_bytes(content.encode(errors="surrogateescape"))

    (found,) = lines(tmp_path, with_folder("folder"))
    assert found.startswith(f"configuration: {line}")


def test_a_folder_that_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    site = with_folder("absent")
    reason = "No such file or directory; write the path of a folder beside the stack file"
    assert lines(tmp_path, site) == [f"configuration: absent: configuration-unreadable: {reason}"]
    (tmp_path / "absent").mkdir()
    reason = "it has no file that ends in .yaml; add one, or remove the key"
    assert lines(tmp_path, site) == [f"configuration: absent: configuration-empty: {reason}"]


def test_a_secret_that_no_package_uses_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.yaml").write_text("b: !secret one\n")
    reason = "package-secret-unused: no package has `!secret two`; remove the key, or use it"
    for folder, names in (("folder", ["two"]), (None, ["one", "two"])):
        found = lines(tmp_path, with_folder(folder, {"one": "a", "two": "b"}))
        assert [line.split(": ")[1] for line in found] == names
        assert found[-1] == f"configuration_secrets: two: {reason}"


@pytest.mark.parametrize("folder", ["../up", "/absolute", "a//b", "a/", "with blank", "a/../b"])
def test_a_folder_elsewhere_is_refused(folder: str) -> None:
    (problem,) = changed("home", {"home_assistant/configuration": folder}).problems
    assert problem.rule == "relative-folder"


def test_the_command_line_looks_beside_the_stack_file(tmp_path: Path) -> None:
    stack = tmp_path / "Pulumi.home.yaml"
    text = (ROOT / "Pulumi.home.yaml").read_text()
    before = "  multihome:home_assistant:\n"
    assert before in text
    stack.write_text(text.replace(before, f"{before}    configuration: packages\n"))
    absent = [each.rule for each in read_site_file(stack).problems if each.severity == "error"]
    assert absent == ["configuration-unreadable"]
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "a.yaml").touch()
    assert read_site_file(stack).site is not None


def test_the_example_with_a_recorder_elsewhere_is_rendered_and_valid() -> None:
    """Its password is in a Secret, and the files themselves in a ConfigMap."""
    found = changed("home", EXAMPLE).site
    assert found is not None
    assert list(file_problems(found, ROOT)) == []
    manifest = upstream_file(found.multus.version).read_text()
    made = site_objects(found, manifest, packages_of(found, ROOT)).home_assistant
    for described in made.values():
        kubernetes_validate.validate(described, "1.34", strict=True)

    assert "!secret recorder_url" in made["Packages"]["data"]["recorder.yaml"]
    spec = made["StatefulSet"]["spec"]["template"]["spec"]
    (keep,) = [each for each in spec["initContainers"] if each["name"] == "keep-data"]
    (main,) = [each for each in spec["containers"] if each["name"] == "home-assistant"]
    for pod in (spec, made["Job"]["spec"]["template"]["spec"]):
        volumes = {each["name"]: each for each in pod["volumes"]}
        assert volumes["packages"]["configMap"] == {"name": made["Packages"]["metadata"]["name"]}
        items = [{"key": "recorder", "path": "recorder_url"}]
        named = {"secretName": "home-assistant-secrets", "items": items}
        assert volumes["configuration-secrets"]["secret"] == named
    for container in (keep, made["Job"]["spec"]["template"]["spec"]["containers"][0]):
        paths = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert {"/multihome/packages", "/multihome/secrets"} < paths
    # What Home Assistant cannot remove there ends its own restore half-way.
    below = [mount["mountPath"] for mount in main["volumeMounts"]]
    assert not [path for path in below if path.startswith("/config/")]
    assert "postgresql" not in json.dumps(made)


def test_other_packages_make_another_pod_and_leave_the_old_ones_as_they_were() -> None:
    recordings = [
        record_site(changed_tree("home", {"home_assistant/configuration": folder}))
        for folder in ("tests/cases/other_packages", "tests/cases/packages")
    ]
    templates = [
        recording.of("kubernetes:apps/v1:StatefulSet")[0].inputs["spec"]["template"]
        for recording in recordings
    ]
    maps = [
        entry
        for recording in recordings
        for entry in recording.of("kubernetes:core/v1:ConfigMap")
        if entry.inputs.get("immutable")
    ]

    assert templates[0] != templates[1]
    assert len({entry.urn for entry in maps}) == 2
    assert len({entry.inputs["metadata"]["name"] for entry in maps}) == 2


def test_the_packages_of_the_stack_file_take_the_place_of_the_old_ones(tmp_path: Path) -> None:
    """Kubernetes shows the files of a mounted folder as links into hidden folders."""
    config, mounted, secrets = tmp_path / "config", tmp_path / "packages", tmp_path / "secrets"
    (config / "multihome" / "packages").mkdir(parents=True)
    (config / "multihome" / "packages" / "old.yaml").write_text("old: {}")
    (config / "multihome" / "packages.new" / "interrupted").mkdir(parents=True)
    for folder in (mounted, secrets):
        (folder / "..2026").mkdir(parents=True)
        (folder / "..data").symlink_to("..2026")
    (mounted / "..2026" / "a.yaml").write_text("a: !secret b\n")
    (mounted / "a.yaml").symlink_to("..data/a.yaml")
    (secrets / "..2026" / "b").write_text('postgresql://u:p"ß@db/x')
    (secrets / "b").symlink_to("..data/b")

    values = lay_packages(config, mounted, secrets)

    assert values == {"b": 'postgresql://u:p"ß@db/x'}
    laid = config / "multihome" / "packages"
    assert sorted(path.name for path in laid.parent.rglob("*")) == [
        "a.yaml",
        "packages",
        "secrets.yaml",
    ]
    assert (laid / "secrets.yaml").read_text() == 'b: "postgresql://u:p\\"\\u00df@db/x"\n'
    assert (laid / "secrets.yaml").stat().st_mode & 0o777 == 0o600
    lay_packages(config, tmp_path / "absent", tmp_path / "absent")
    assert list(laid.iterdir()) == []
