"""Values whose form is refused, given to the plugins all the same."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.sandbox.channel import Request
from tests.prove.differences import differences
from tests.prove.houses.request import request
from tests.prove.runners import Runners
from tests.sites import unchecked_site


@dataclass(frozen=True)
class Form:
    """In what the article's house gives the plugins, `before` is replaced by `after`."""

    before: str
    after: str
    shown: str


FORMS: Mapping[str, Form] = {
    "mac-unicast: of a group": Form(
        '"32:44:0b:5a:0e:2e"', '"33:44:0b:5a:0e:2e"', "cannot assign requested address"
    ),
    "mac-unicast: of nobody": Form(
        '"32:44:0b:5a:0e:2e"', '"00:00:00:00:00:00"', "cannot assign requested address"
    ),
    "mac-form": Form('"32:44:0b:5a:0e:2e"', '"32:44:0b:5a:0e:2e:00:01"', "invalid argument"),
    "vlan-id: 4095": Form('"vlanId": 2', '"vlanId": 4095', "invalid VLAN ID 4095"),
    "vlan-id: 0": Form('"vlanId": 2', '"vlanId": 0', "does not reach"),
    "vlan-id: a text": Form('"vlanId": 2', '"vlanId": "2"', "cannot unmarshal string"),
    "mode: passthru": Form('"mode": "bridge"', '"mode": "passthru"', "net1 has mac"),
    "mode: Bridge": Form('"mode": "bridge"', '"mode": "Bridge"', "unknown macvlan mode"),
    "interface-name: all": Form('"net1"', '"all"', "invalid argument"),
    "interface-name: default": Form('"net1"', '"default"', "invalid argument"),
    "interface-name: of 16": Form('"net1"', '"sixteen.chars-xx"', "interface name is too long"),
    "interface-name: lo": Form('"net1"', '"lo"', "interface name lo already exists"),
    "interface-name: net%d": Form('"net1"', '"net%d"', "Link not found"),
    "subnet-host-bits": Form('"192.168.18.0/24"', '"192.168.18.5/24"', "has host bits set"),
    "range-order": Form(
        '"rangeStart": "192.168.18.32"', '"rangeStart": "192.168.18.101"', "not in network"
    ),
    "address-form: no address": Form(
        '"192.168.18.32/24"', '"192.168.18.320/24"', "failed to parse"
    ),
    "network-name: a dot and a slash": Form(
        '"homeassistant-lan"', '"home/lan"', "invalid characters found in network name"
    ),
    "mtu: a text": Form('"mode": "bridge"', '"mode": "bridge", "mtu": "1500"', "cannot unmarshal"),
}


def run_forms(runners: Runners, forms: Sequence[Form]) -> list[list[str]]:
    """For each form, the differences that the replaced value makes."""
    site = unchecked_site({})
    wanted = [_replaced(request(site, "k3s-1"), form) for form in forms]
    reports = runners.run_all(wanted)
    assert not any(report["error"] for report in reports)
    return [
        differences(site, "k3s-1", asked, report)
        for asked, report in zip(wanted, reports, strict=True)
    ]


def _replaced(wanted: Request, form: Form) -> Request:
    networks = {n: text.replace(form.before, form.after) for n, text in wanted["networks"].items()}
    pods: list[dict[str, Any]] = [
        {**pod, "annotation": pod["annotation"].replace(form.before, form.after)}
        for pod in wanted["pods"]
    ]
    assert (networks, pods) != (wanted["networks"], wanted["pods"]), "nothing was replaced"
    assert all(json.loads(text) for text in networks.values())
    return {**wanted, "networks": networks, "pods": pods}
