"""Linux capabilities, which are parts of root's rights."""

from typing import Annotated

from config.model import refusal
from config.text import parsed, schema

# capabilities(7), without the prefix CAP_, as Kubernetes writes them.
_NAMES = (
    "AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE"
    " DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN"
    " MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID"
    " SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE"
    " SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"
)
CAPABILITIES = tuple(_NAMES.split())
# What the level `baseline` of the Pod Security Standards lets a container add
# (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
_OF_BASELINE = (
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID"
    " SETPCAP SETUID SYS_CHROOT"
)
BASELINE = frozenset(_OF_BASELINE.split())
_FORM = "a capability like NET_RAW, without CAP_"


def _parse(text: str) -> str:
    if text not in CAPABILITIES:
        raise refusal("capability", "there is no such capability", f"expected {_FORM}")
    return text


Capability = Annotated[
    str,
    parsed(_parse, "capability", _FORM),
    schema("A Linux capability without the prefix CAP_.", enum=CAPABILITIES),
]
