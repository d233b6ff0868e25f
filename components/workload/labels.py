"""The labels by which a workload's objects belong together."""


def labels(workload: str) -> dict[str, str]:
    """The labels of the workload's pod and of all its objects."""
    return {"app.kubernetes.io/name": workload}
