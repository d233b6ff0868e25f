"""Amounts of processors and memory as Kubernetes writes them."""

from config.text import matching

_KIBIBYTES = {"Ki": 1, "Mi": 1024, "Gi": 1024**2, "Ti": 1024**3}

Cpu = matching(
    "cpu",
    r"([1-9][0-9]{0,5}m|[1-9][0-9]{0,2})",
    'processors like "2", or thousandths of one like "500m"',
    "A number of processors, or thousandths of one with an m, like 500m.",
)


def thousandths(cpu: str) -> int:
    """The thousandths of a processor."""
    return int(cpu[:-1]) if cpu.endswith("m") else 1000 * int(cpu)


def kibibytes(memory: str) -> int:
    """The memory of a quantity in KiB."""
    return int(memory[:-2]) * _KIBIBYTES[memory[-2:]]
