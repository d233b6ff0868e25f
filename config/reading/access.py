"""How `up` reaches cluster and nodes: what is missing for it, and what is in its way."""

import socket
from collections.abc import Collection, Iterator, Mapping

from config.reading.problem import NAMESPACE, Problem
from config.site import Site

AGENT = "SSH_AUTH_SOCK"
_PATIENCE_SECONDS = 5


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


def agent_problem(environment: Mapping[str, str]) -> Problem | None:
    """The agent that the environment names and that does not answer.

    The `command` plugin fails then, even with a key of its own.
    """
    path = environment.get(AGENT)
    if not path or _answers(path):
        return None
    return Problem(
        path=AGENT,
        value=path,
        rule="ssh-agent-silent",
        message=f"no SSH agent answers, and SSH would fail; unset {AGENT}, or start the agent",
        severity="warning",
    )


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(_PATIENCE_SECONDS)
        try:
            client.connect(path)
        except OSError:
            return False
    return True


def _absent(key: str, rule: str, message: str) -> Problem:
    return Problem(
        path=f"{NAMESPACE}:{key}",
        value="(absent)",
        rule=rule,
        message=message,
        severity="warning",
    )
