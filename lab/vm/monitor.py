"""Questions to QEMU about a machine, whether or not the machine itself still answers."""

import asyncio
from pathlib import Path

from qemu.qmp import QMPClient, QMPError

ANSWER_SECONDS = 10.0


def asked(monitor: Path, question: str) -> str:
    """QEMU's answer to a command of its monitor; raises `OSError` without an answer."""
    try:
        return asyncio.run(_asked(monitor, question))
    except (QMPError, TimeoutError) as error:
        raise OSError(f"{monitor}: {question}: {error!r}") from error


async def _asked(monitor: Path, question: str) -> str:
    client = QMPClient()
    async with asyncio.timeout(ANSWER_SECONDS):
        await client.connect(str(monitor))
        try:
            words = {"command-line": question}
            return str(await client.execute("human-monitor-command", words))
        finally:
            await client.disconnect()
