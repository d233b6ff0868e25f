"""Which values of a stack are encrypted, and how the site knows of them without their text."""

from collections.abc import Iterator, Mapping

from config.reading.problem import NAMESPACE, Problem

# Keys whose whole value is encrypted; they are no part of the site.
SECRET_KEYS = ("ssh_private_key", "ssh_private_key_password", "kubeconfig")
# The one key of the site whose values are encrypted, each by its name.
NAMED_SECRETS = "secrets"
HIDDEN = {"secure": "[secret]"}


def is_encrypted(value: object) -> bool:
    """Whether a stack file's value has the form that Pulumi gives to encrypted ones."""
    return (
        isinstance(value, Mapping) and set(value) == {"secure"} and isinstance(value["secure"], str)
    )


def hidden(secrets: object) -> object:
    """The named secrets without their values; what is no mapping is left for the site to refuse."""
    return {str(name): HIDDEN for name in secrets} if isinstance(secrets, Mapping) else secrets


def in_plain_text(key: str, command: str) -> Problem:
    """The problem of a secret that anyone who has the stack file can read."""
    return Problem(
        path=key,
        value="(hidden)",
        rule="secret-in-plain-text",
        message=f"anyone with the stack file can read it; encrypt it: `{command}`",
    )


def misplaced(path: str) -> Problem:
    """The problem of an encrypted value where it would reach the state as plain text."""
    allowed = ", ".join((*SECRET_KEYS, f"{NAMED_SECRETS}.<name>"))
    return Problem(
        path=path,
        value="(encrypted)",
        rule="secret-misplaced",
        message="the value would be plain text in the state; only these keys may be encrypted:"
        f" {allowed}",
    )


def named_in_plain_text(secrets: object) -> Iterator[Problem]:
    """The problems of named secrets that are not encrypted."""
    for name, value in secrets.items() if isinstance(secrets, Mapping) else ():
        if not is_encrypted(value):
            key = f"{NAMED_SECRETS}.{name}"
            command = f"pulumi config set --secret --path {NAMESPACE}:{key}"
            yield in_plain_text(f"{NAMESPACE}:{key}", command)
