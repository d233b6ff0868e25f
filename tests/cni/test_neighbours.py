"""What a device of one segment learns of the pod's other networks, and reaches through it."""

import socket
import struct

import pytest

from lab.netns.namespaces import ip
from tests.cni.frames import Capture, inside, open_socket, packed, set_sysctls
from tests.cni.planned import IOT, LAN, LAN_MAC, attach
from tests.cni.topology import SERVICES, Pod, Topology, hosts

QUESTION, ANSWER = (struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, kind) for kind in (1, 2))


@pytest.mark.parametrize("destinations", [hosts("lan", 7), SERVICES], ids=["LAN", "ClusterIP"])
def test_the_pod_forwards_nothing_that_a_device_sends_to_its_mac(
    topology: Topology, pod: Pod, destinations: tuple[str, str]
) -> None:
    # IPv4's key is inherited from the node; IPv6's another program may have set.
    set_sysctls(pod.namespace, {"ipv6/conf/all/forwarding": "1"})
    attach(pod, {})

    for destination, address in zip(destinations, IOT, strict=True):
        ip(topology["iot"], "route", "add", destination, "via", address)
        with (
            Capture(pod.namespace) as seen,
            open_socket(topology["iot"], destination, socket.SOCK_DGRAM) as device,
        ):
            for to in (destination, address):
                device.sendto(b"to " + to.encode(), (to, 9))
                seen.wait_for(b"to " + to.encode())
            # Neither the packet nor a question for the destination's MAC.
            frames = [f for f in seen.sent(packed(destination)) if f.interface != "net1.2"]
        ip(topology["iot"], "route", "delete", destination)
        assert not frames


def test_arp_is_answered_by_the_address_s_own_interface_alone(topology: Topology, pod: Pod) -> None:
    attach(pod, {})
    with inside(topology["lan"]):
        asker = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        asker.bind(("eth0", 0))
    own_mac = asker.getsockname()[4]

    with asker, Capture(pod.namespace) as seen:
        for address in (IOT[0], "10.42.0.20", LAN[0]):
            sender = own_mac + packed(hosts("lan", 7)[0])
            asker.send(b"\xff" * 6 + own_mac + QUESTION + sender + bytes(6) + packed(address))
            seen.wait_for(packed(address))
        seen.wait_for(ANSWER)
        answers = [(f.macs[0], f.content[28:32]) for f in seen.sent(ANSWER)]
    assert answers == [(LAN_MAC, packed(LAN[0]))]


def test_a_question_by_arp_names_the_interface_s_own_address(pod: Pod) -> None:
    attach(pod, {})
    with (
        Capture(pod.namespace) as seen,
        open_socket(pod.namespace, LAN[0], socket.SOCK_DGRAM) as sender,
    ):
        sender.bind((LAN[0], 0))
        sender.sendto(b"", (hosts("iot", 7)[0], 9))
        frame = seen.wait_for(QUESTION)
    assert (frame.interface, frame.content[28:32]) == ("net1.2", packed(IOT[0]))
