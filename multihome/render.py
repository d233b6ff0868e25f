"""`python -m multihome render FILE`: what would be applied and run, as files, without an engine."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from components.multus.manifest import ManifestError
from components.multus.source import ManifestUnavailableError, manifest_of, refused_manifest
from components.objects import node_scripts_of, site_objects
from components.this_machine import packages_of
from config.site import Site
from multihome.site_file import REFUSED, read_site_file

FOLDER = Path("rendered")


def render_file(path: Path) -> int:
    """Writes rendered/<stack>/, or prints one line per error; returns the exit status."""
    file = read_site_file(path)
    if file.site is None:
        file.print_errors()
        return file.exit_status
    try:
        texts = dict(rendered(file.site, path.parent))
    except (ManifestError, ManifestUnavailableError) as error:
        print(f"{path}: {refused_manifest(file.site.multus, error).line()}", file=sys.stderr)
        return REFUSED
    target = FOLDER / path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    shutil.rmtree(target, ignore_errors=True)
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    target.mkdir(mode=0o700)
    for name, text in texts.items():
        handle = os.open(target / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
    print(f"{len(texts)} files in {target}")
    return file.exit_status


def rendered(site: Site, folder: Path) -> Iterator[tuple[str, str]]:
    """(file name, text) of every Kubernetes object and every node script. No secret is in any.

    `folder` is that of the stack file.
    """
    packages = packages_of(site, folder)
    for described in site_objects(site, manifest_of(site.multus), packages):
        name = f"{described['kind']}-{described['metadata']['name']}.yaml".lower()
        yield name, _yaml(described)
    for node_name, scripts in node_scripts_of(site).items():
        yield f"node-{node_name}-install.sh", scripts.install
        yield f"node-{node_name}-remove.sh", scripts.remove


def _yaml(described: dict[str, Any]) -> str:
    out = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    # Where ruamel folds a quoted text with backslashes, another text is read back.
    yaml.width = sys.maxsize
    yaml.dump(json.loads(json.dumps(described)), out)
    return out.getvalue()
