"""Frames that reach an interface, with their VLAN tags."""

import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ETH_P_ALL = 0x0003
SOL_PACKET, PACKET_AUXDATA = 263, 8
# struct tpacket_auxdata: status, two lengths, two offsets, the tag and its type.
AUXDATA = struct.Struct("=IIIHHHH")
TP_STATUS_VLAN_VALID = 1 << 4


@contextmanager
def capture(interface: str) -> Iterator[list[bytes]]:
    """The frames that the interface receives while the block runs."""
    frames: list[bytes] = []
    kind = socket.htons(ETH_P_ALL)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, kind) as packets:
        packets.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        packets.bind((interface, 0))
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                if select.select([packets], [], [], 0.1)[0]:
                    frames.append(_frame(packets))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield frames
        finally:
            done.set()
            thread.join()


def _frame(packets: socket.socket) -> bytes:
    """One frame; the kernel hands the tag out beside it, and here it is put back."""
    data, ancillary, _, _ = packets.recvmsg(2048, socket.CMSG_SPACE(AUXDATA.size))
    for level, kind, content in ancillary:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            status, _, _, _, _, tag, tag_type = AUXDATA.unpack(content[: AUXDATA.size])
            if status & TP_STATUS_VLAN_VALID:
                return data[:12] + struct.pack("!HH", tag_type or 0x8100, tag) + data[12:]
    return data
