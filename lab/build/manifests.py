"""Upstream's Multus manifests, taken from Go modules where GitHub is out of reach.

`python -m lab.build.manifests [VERSION...]` verifies them and puts them into the program's cache.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from components.multus.source import cache_folder, store_manifest
from config.releases import KNOWN_MANIFESTS
from lab.build.go import go_command

MODULE = "gopkg.in/k8snetworkplumbingwg/multus-cni.v4"
THIN, THICK = "multus-daemonset.yml", "multus-daemonset-thick.yml"


def upstream_file(version: str, name: str = THIN) -> Path:
    """A file of the deployments folder of that release, in Go's module cache."""
    with tempfile.TemporaryDirectory() as nowhere:
        said = subprocess.run(
            [go_command(), "mod", "download", "-json", f"{MODULE}@{version}"],
            cwd=nowhere,
            check=True,
            capture_output=True,
            text=True,
        )
    return Path(str(json.loads(said.stdout)["Dir"])) / "deployments" / name


def main(versions: list[str]) -> int:
    """Fills the cache with the named releases, or with all whose digests are known."""
    for version in versions or list(KNOWN_MANIFESTS):
        digest = KNOWN_MANIFESTS[version]
        if not (cache_folder() / f"{digest}.yml").is_file():
            store_manifest(upstream_file(version).read_bytes(), digest)
        print(f"{version}: {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
