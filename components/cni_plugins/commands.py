"""The command lines that SSH runs on a node, as root: one to install, one to remove.

They are short, since the error of a failed command repeats them. Each is one word of the login
shell, which may be any shell, for `sh -c`.
"""

import shlex
from enum import Enum

# Ends a command that hangs: neither the engine nor a cancelled `up` does
# (docs/background/pulumi.md#commands). The engine itself waits for 30 minutes.
SECONDS = 1700
# The line of standard input after sudo's password.
END_OF_PASSWORD = "END_OF_PASSWORD"  # noqa: S105 - a mark
# Drops the lines up to the mark: sudo has read the password, unless it asked for none.
_SKIP_PASSWORD = f'l=;until [ "$l" = {END_OF_PASSWORD} ];do read -r l||exit;done;'


class Root(Enum):
    """How the SSH user becomes root; the value has the words before a script for the shell.

    With PASSWORD, standard input is that of `with_password`, for both commands.
    """

    LOGIN = "sh -c"
    SUDO = "sudo -n sh -c"
    PASSWORD = 'sudo -k -S -p "" sh -c'  # noqa: S105 - a command

    @classmethod
    def of(cls, *, sudo: bool, asks_for_password: bool) -> "Root":
        """How a user becomes root who has sudo, or is root."""
        if not sudo:
            return cls.LOGIN
        return cls.PASSWORD if asks_for_password else cls.SUDO


def install_command(root: Root) -> str:
    """Runs the script on standard input."""
    return reading_command(root, _run("sh -s"))


def reading_command(root: Root, words: str) -> str:
    """Runs `words` of the shell, which read standard input behind the password."""
    skip = _SKIP_PASSWORD if root is Root.PASSWORD else ""
    return f"{root.value} {shlex.quote(skip + words)}"


def remove_command(root: Root, remover: str, owner: str) -> str:
    """Runs what `install` left at the path `remover`; a machine without it has nothing of ours."""
    path = shlex.quote(remover)
    script = f"[ -e {path} ]||exit 0;" + _run(f"sh {path} {shlex.quote(owner)}")
    return f"{root.value} {shlex.quote(script)}"


def with_password(password: str, script: str) -> str:
    """Standard input that sudo reads a password from, before the shell reads the script."""
    return f"{password}\n{END_OF_PASSWORD}\n{script}"


def _run(command: str) -> str:
    """Prints the last 2,000 bytes of the command's output as ASCII, and ends as it did.

    The plugin waits for ever on a longer line and fails on other bytes. Output goes to a file that
    has no name any more, so that a kill leaves nothing and no process keeps the connection open.
    """
    return (
        'f=$(mktemp)&&exec 3>"$f" 4<"$f"&&rm "$f"||exit;'
        f't=;timeout 9 true 2>/dev/null&&t="timeout {SECONDS}";'
        f"$t {command} >&3 2>&3;s=$?;"
        r'tail -c 2000 <&4|tr -cd "\012\040-\176">&2;exit $s'
    )
