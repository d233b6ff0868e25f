"""How Home Assistant answers a request with `X-Forwarded-For`, by its store of HTTP settings.

The stand-in of the virtual machines and the real Home Assistant are asked the same.
"""

from typing import Any


def store(**data: object) -> dict[str, Any]:
    """The store in its version 1."""
    return {"version": 1, "minor_version": 1, "key": "http", "data": data}


# The store, None for none, and the status for a peer in 10.42.0.0/16.
FORWARDED: dict[str, tuple[dict[str, Any] | None, int]] = {
    "no store": (None, 400),
    "a trusted network": (store(use_x_forwarded_for=True, trusted_proxies=["10.42.0.0/16"]), 200),
    "another network": (store(use_x_forwarded_for=True, trusted_proxies=["10.43.0.0/16"]), 400),
    "the header not allowed": (store(trusted_proxies=["10.42.0.0/16"]), 400),
    "host bits": (store(use_x_forwarded_for=True, trusted_proxies=["10.42.0.7/16"]), 400),
    "an unknown key": (
        store(use_x_forwarded_for=True, trusted_proxies=["10.42.0.0/16"], proxies=[]),
        400,
    ),
}
