"""Rules about secrets: each that a key names is there, and each is named by a key."""

from collections.abc import Iterator

from config.checks.located import WORKLOAD, about_node
from config.checks.rule import Finding, rule
from config.reading.problem import NAMESPACE
from config.reading.secrets import NAMED_SECRETS
from config.site import Site


@rule("secret-unknown", because="there would be no value in its place")
def secret_unknown(site: Site) -> Iterator[Finding]:
    """Each secret that a key names is one of the secrets."""
    for name, node in site.nodes.items():
        wanted = node.sudo_password
        if wanted is not None and wanted not in site.secrets:
            yield about_node(name, "sudo_password", wanted, _unknown(wanted))
    for key, wanted in site.home_assistant.secrets():
        if wanted not in site.secrets:
            yield Finding(
                path=f"{WORKLOAD}.{key}", value=wanted, message=_unknown(wanted), workload=WORKLOAD
            )


def _unknown(name: str) -> str:
    return (
        f"there is no such secret; encrypt it as {NAMESPACE}:{NAMED_SECRETS}.{name}, or write the"
        " name of another"
    )


@rule("secret-unused", because="it is most likely a mistake", severity="warning")
def secret_unused(site: Site) -> Iterator[Finding]:
    """Each secret is used by another key."""
    passwords = {node.sudo_password for node in site.nodes.values()}
    used = passwords | {*site.home_assistant.secret_names}
    for name in site.secrets:
        if name not in used:
            yield Finding(
                path=f"{NAMED_SECRETS}.{name}",
                value="[secret]",
                message="no key refers to this secret; remove it",
            )
