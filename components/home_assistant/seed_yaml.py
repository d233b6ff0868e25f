"""What the seed does to configuration.yaml: it is the user's own, and is added to at most.

Part of the text of seed_config.py. PyYAML comes with Home Assistant.
"""

import importlib
from collections.abc import Iterator
from typing import Any

OURS = "multihome"
INCLUDED = f"{OURS}/homeassistant.yaml"
PACKAGES = f"{OURS}/packages"
LINE = f"homeassistant: !include {INCLUDED}\n"
NEW = f"""# multihome wrote this file because it was absent. It is yours.
{LINE}
default_config:

frontend:
  themes: !include_dir_merge_named themes

automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml
"""
NOT_INCLUDED = (
    f"it does not include {INCLUDED}, so settings and packages of the stack file are not used;"
    f" write `{LINE.strip()}`, or for the packages alone, below your own `homeassistant:`,"
    f" `packages: !include_dir_named {PACKAGES}`"
)
HTTP_BLOCK = (
    "Home Assistant tries its block `http:` for five minutes in each new pod, and then starts anew"
    " without it; remove the block"
)


def with_include(text: str) -> tuple[str, list[str]]:
    """The text with our include, where it can be added, and what a reader should know."""
    keys = _top_level(text)
    notes = [] if keys is None or "http" not in keys else [HTTP_BLOCK]
    if keys is not None and any(_includes(node) for node in keys.values()):
        return text, notes
    if keys is not None and "homeassistant" not in keys:
        longer = text + ("" if text.endswith("\n") or not text else "\n") + LINE
        # It is no mapping in lines, or ends in a way that nothing can follow.
        after = _top_level(longer)
        if after is not None and set(after) == {*keys, "homeassistant"}:
            return longer, notes
    return text, [NOT_INCLUDED, *notes]


def _top_level(text: str) -> dict[str, Any] | None:
    """The nodes by their keys; None for what cannot be read as a mapping."""
    try:
        # An image without it still gets a new configuration.
        yaml = importlib.import_module("yaml")
    except ImportError:
        return None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        return None
    return {str(key.value): value for key, value in node.value}


def _includes(node: Any) -> bool:
    """Whether a node, or one below it, includes the file or the folder of packages."""
    return any(
        each.tag.startswith("!include") and str(each.value).endswith((INCLUDED, PACKAGES))
        for each in _nodes(node)
    )


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for each in node.value if isinstance(node.value, list) else ():
        for inner in each if isinstance(each, tuple) else (each,):
            yield from _nodes(inner)
