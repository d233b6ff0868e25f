"""Frames on a wire of the house, as they are on the wire: with their tags."""

import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EVERYTHING = 0x0003
SOL_PACKET, PACKET_AUXDATA = 263, 8
# struct tpacket_auxdata: status, two lengths, two offsets, the tag and its type.
AUXDATA = struct.Struct("=IIIHHHH")
TAG_IS_VALID = 1 << 4


@contextmanager
def capture(interface: str) -> Iterator[list[bytes]]:
    """The frames that come in on the interface while the block runs."""
    frames: list[bytes] = []
    kind = socket.htons(EVERYTHING)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, kind) as wire:
        wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        wire.bind((interface, 0))
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                if select.select([wire], [], [], 0.1)[0]:
                    frames.append(_frame(wire))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield frames
        finally:
            done.set()
            thread.join()


def _frame(wire: socket.socket) -> bytes:
    """The kernel keeps a tag beside the frame; here it is put back where it was."""
    data, beside, _, _ = wire.recvmsg(2048, socket.CMSG_SPACE(AUXDATA.size))
    for level, kind, content in beside:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            status, _, _, _, _, tag, tag_type = AUXDATA.unpack(content[: AUXDATA.size])
            if status & TAG_IS_VALID:
                return data[:12] + struct.pack("!HH", tag_type or 0x8100, tag) + data[12:]
    return data
