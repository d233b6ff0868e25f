"""What `up` looks at before the first resource: the SSH key, the agent, and the cluster's name."""

import base64
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.program import build
from config.reading.ssh_key import needs_password, ssh_key_problem
from tests.cases.changes import EVERYTHING_BUNDLED
from tests.cases.sites import changed_tree, tree
from tests.unit.recorder import CANARY, Recording, private_key, record_site

PASSPHRASE = "correct horse"  # noqa: S105 - of keys that exist for a test alone
FORMS = {
    "ed25519": ("-t", "ed25519"),
    "ecdsa": ("-t", "ecdsa"),
    "rsa": ("-t", "rsa"),
    "rsa in PEM": ("-t", "rsa", "-m", "PEM"),
    "rsa in PKCS8": ("-t", "rsa", "-m", "PKCS8"),
}
STACK = "pulumi:pulumi:Stack"


def key(folder: Path, *options: str, passphrase: str = "") -> str:
    """The private key that ssh-keygen makes; its public one is beside it."""
    command = ["ssh-keygen", "-q", *options, "-N", passphrase, "-f", str(folder / "key")]
    subprocess.run(command, check=True)
    return (folder / "key").read_text()


@pytest.mark.parametrize("form", FORMS)
def test_a_key_without_a_passphrase_is_accepted(form: str, tmp_path: Path) -> None:
    text = key(tmp_path, *FORMS[form])

    assert ssh_key_problem(text, has_password=False) is None
    assert ssh_key_problem(text, has_password=True) is None
    assert not needs_password(text)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("form", ["ed25519", "rsa", "rsa in PEM"])
def test_a_key_with_a_passphrase_needs_it(form: str, line_end: str, tmp_path: Path) -> None:
    text = key(tmp_path, *FORMS[form], passphrase=PASSPHRASE).replace("\n", line_end)

    problem = ssh_key_problem(text, has_password=False)
    assert problem is not None
    assert "pulumi config set --secret ssh_private_key_password" in problem.message
    assert ssh_key_problem(text, has_password=True) is None
    assert needs_password(text)


def _public(folder: Path) -> str:
    key(folder, "-t", "ed25519")
    return (folder / "key.pub").read_text()


def _public_pem(folder: Path) -> str:
    key(folder, "-t", "rsa")
    command = ["ssh-keygen", "-e", "-m", "PEM", "-f", str(folder / "key.pub")]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _cut(folder: Path) -> str:
    lines = key(folder, "-t", "ed25519").splitlines()
    return "\n".join([*lines[:-2], lines[-1]])


def _in_one_line(folder: Path) -> str:
    return key(folder, "-t", "ed25519").replace("\n", "")


def _of_a_token(folder: Path) -> str:
    """An OpenSSH key whose public part says that it is a security key's."""
    encoded = "".join(key(folder, "-t", "ed25519").splitlines()[1:-1])
    content = base64.b64decode(encoded).replace(b"\x0bssh-ed25519", b"\x0bsk-ssh-ed25")
    body = base64.b64encode(content).decode()
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n"


WRONG: dict[str, tuple[Callable[[Path], str], str]] = {
    "public": (_public, "does not end in .pub"),
    "public, in PEM": (_public_pem, "does not end in .pub"),
    "PuTTY": (lambda _: "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", "puttygen"),
    "a path": (lambda _: "~/.ssh/id_ed25519", "no whole private key"),
    "cut off": (_cut, "no whole private key"),
    "line breaks lost": (_in_one_line, "no whole private key"),
    "of a token": (_of_a_token, "ssh-keygen -t ed25519"),
    "PKCS8 with a passphrase": (
        lambda folder: key(folder, *FORMS["rsa in PKCS8"], passphrase=PASSPHRASE),
        "ssh-keygen -p",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_key_that_ssh_cannot_use_is_refused_without_repeating_it(
    name: str, tmp_path: Path
) -> None:
    make, because = WRONG[name]
    text = make(tmp_path)
    problem = ssh_key_problem(text, has_password=True)

    assert problem is not None
    assert because in problem.message
    assert "; " in problem.message
    assert not any(word in problem.line() for word in text.split() if len(word) > 20)


def refused(changes: dict[str, object], **given: Any) -> str:
    """The error with which the program ends, before any resource."""
    errors: list[str] = []

    def program() -> None:
        with pytest.raises(pulumi.RunError) as caught:
            build()
        errors.append(str(caught.value))

    recording = record_site(changed_tree("home", changes), program, **given)
    assert [entry.type for entry in recording.registered] == [STACK]
    return errors[0]


def test_up_needs_to_know_the_cluster() -> None:
    error = refused({}, secrets={"kubeconfig": None})
    assert "multihome:kubeconfig: (absent): kubeconfig-missing: " in error


def test_up_is_not_told_the_cluster_twice() -> None:
    error = refused({"cluster/context": "home"})
    assert "multihome:cluster.context: home: cluster-twice: " in error


def test_a_key_of_a_default_provider_is_refused_since_nothing_reads_it() -> None:
    error = refused({}, others={"kubernetes:context": "production"})
    assert "kubernetes:context: (present): key-namespace: " in error


def test_the_provider_of_the_cluster_gets_the_context_or_the_kubeconfig() -> None:
    by_context = _provider(
        record_site(
            changed_tree("home", {"cluster/context": "home"}),
            secrets={"kubeconfig": None},
            environment={"KUBECONFIG": "/one:/two"},
        )
    )
    assert (by_context["context"], by_context["kubeconfig"]) == ("home", "")
    by_kubeconfig = _provider(record_site(tree("home")))
    assert "context" not in by_kubeconfig
    assert CANARY in str(by_kubeconfig["kubeconfig"])


def _provider(recording: Recording) -> dict[str, Any]:
    (provider,) = recording.of("pulumi:providers:kubernetes")
    return provider.inputs


def test_a_preview_needs_neither_secret_nor_context() -> None:
    nothing = {"ssh_private_key": None, "kubeconfig": None}
    recording = record_site(tree("home"), secrets=nothing, preview=True)
    assert recording.of("kubernetes:core/v1:Namespace")


def test_up_without_an_ssh_key_is_refused_only_where_ssh_is_used() -> None:
    without = {"ssh_private_key": None}
    assert "ssh-key-missing" in refused({}, secrets=without)

    bundled = changed_tree("home", {"cluster": EVERYTHING_BUNDLED, "nodes/k3s-1/host_key": None})
    assert record_site(bundled, secrets=without).of("kubernetes:core/v1:Namespace")


def test_a_public_key_is_refused_before_any_resource_and_not_repeated(tmp_path: Path) -> None:
    text = _public(tmp_path)
    error = refused({}, secrets={"ssh_private_key": text})

    assert "multihome:ssh_private_key: (hidden): ssh-key-form: " in error
    assert text.split()[1] not in error


def test_an_encrypted_key_is_accepted_with_its_passphrase(tmp_path: Path) -> None:
    text = key(tmp_path, "-t", "ed25519", passphrase=PASSPHRASE)
    assert "ssh-key-encrypted" in refused({}, secrets={"ssh_private_key": text})

    secrets = {"ssh_private_key": text, "ssh_private_key_password": PASSPHRASE}
    recording = record_site(tree("home"), secrets=secrets)
    assert recording.of("command:remote:Command")


def test_an_agent_that_does_not_answer_is_refused_where_ssh_is_used(tmp_path: Path) -> None:
    stale = tmp_path / "agent"
    with socket.socket(socket.AF_UNIX) as closed:
        closed.bind(str(stale))
    for path in (stale, tmp_path / "absent"):
        named = {"SSH_AUTH_SOCK": str(path)}
        assert f"SSH_AUTH_SOCK: {path}: ssh-agent-silent: " in refused({}, environment=named)
        bundled = changed_tree("home", {"cluster": EVERYTHING_BUNDLED})
        assert record_site(bundled, environment=named).of("kubernetes:core/v1:Namespace")
        assert record_site(tree("home"), environment=named, preview=True).registered


def test_an_agent_that_answers_is_in_nobody_s_way(tmp_path: Path) -> None:
    path = tmp_path / "agent"
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(path))
        agent.listen()
        recording = record_site(tree("home"), environment={"SSH_AUTH_SOCK": str(path)})
    assert recording.of("command:remote:Command")


def test_an_archive_that_is_not_there_is_refused_before_any_resource(tmp_path: Path) -> None:
    path = str(tmp_path / "plugins.tgz")
    error = refused({"plugins": {"source": "archive", "archives": {"amd64": path}}})
    assert f"multihome:plugins.archives.amd64: {path}: archive-unreadable: " in error


def test_the_key_of_the_recorder_is_a_key() -> None:
    assert ssh_key_problem(private_key(), has_password=False) is None
