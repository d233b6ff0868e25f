"""The releases whose files are known by digest (docs/background/multus.md#releases)."""

_THIN_V4_1 = "e79898f936e32e50426d6b23e75f85a71d134918e8f82b612b531146fb2a5a45"

# Multus release: sha256 of its deployments/multus-daemonset.yml.
KNOWN_MANIFESTS = {
    "v4.1.0": _THIN_V4_1,
    "v4.1.1": _THIN_V4_1,
    "v4.1.2": _THIN_V4_1,
    "v4.1.3": _THIN_V4_1,
    "v4.1.4": _THIN_V4_1,
    "v4.2.0": _THIN_V4_1,
    "v4.2.2": _THIN_V4_1,
    "v4.2.3": _THIN_V4_1,
    "v4.2.4": _THIN_V4_1,
    "v4.3.0": "290c502f3923864392f0bd7dd5f03e23262565853100c0ebfd7b35cc79ec565a",
}

# (plugins release, architecture): sha256 of upstream's archive.
KNOWN_ARCHIVES = {
    (
        "v1.9.1",
        "amd64",
    ): "b98f74a0f8522f0a83867178729c1aa70f2158f90c45a2ca8fa791db1c76b303",
    (
        "v1.9.1",
        "arm64",
    ): "56171987d3947707c3563db2f4001bccaf50fd63468611b9f3cbecb1375ee7ec",
    (
        "v1.9.1",
        "arm",
    ): "21416880bea0541d78afaf106373d6dbb471edb92c0114fa263494fe4aec8d3b",
}
