"""How `up` reaches cluster and nodes: what is missing for it, and what is in its way."""

from collections.abc import Collection, Iterator

from config.reading.problem import NAMESPACE, Problem
from config.site import Site

AGENT = "SSH_AUTH_SOCK"


def missing_access(site: Site, secrets: Collection[str]) -> Iterator[Problem]:
    """What `up` needs beside the site; `secrets` are the keys of the secrets that are set.

    What is absent is a warning, since a preview does without it.
    """
    if "ssh_private_key" not in secrets and site.missing_plugins:
        yield _absent(
            "ssh_private_key",
            "ssh-key-missing",
            "nodes cannot be reached without it; run"
            " `pulumi config set --secret ssh_private_key < KEYFILE`",
        )
    context = site.cluster.context
    if "kubeconfig" not in secrets and context is None:
        yield _absent(
            "kubeconfig",
            "kubeconfig-missing",
            "`up` would not know which cluster is meant; run `pulumi config set --secret kubeconfig"
            f" < KUBECONFIG`, or name a context of your own in {NAMESPACE}:cluster.context",
        )
    if "kubeconfig" in secrets and context is not None:
        yield Problem(
            path=f"{NAMESPACE}:cluster.context",
            value=context,
            rule="cluster-twice",
            message=f"{NAMESPACE}:kubeconfig names the cluster already; remove one of the two",
        )


def silent_agent(path: str) -> Problem:
    """The problem of an agent at `path`, named by the environment, that does not answer.

    The `command` plugin fails then, even with a key of its own.
    """
    return Problem(
        path=AGENT,
        value=path,
        rule="ssh-agent-silent",
        message=f"no SSH agent answers, and SSH would fail; unset {AGENT}, or start the agent",
        severity="warning",
    )


def _absent(key: str, rule: str, message: str) -> Problem:
    return Problem(
        path=f"{NAMESPACE}:{key}",
        value="(absent)",
        rule=rule,
        message=message,
        severity="warning",
    )
