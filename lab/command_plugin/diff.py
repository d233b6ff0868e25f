"""How inputs differ, as the original reports it.

A changed element of `triggers` is reported as an update: the SDK asks the engine to replace for it.
"""

from collections.abc import Iterator
from typing import Any

from pulumi.runtime.proto import provider_pb2

from lab.command_plugin.values import ASSET, SIGNATURE, Values

REPLACING = "triggers"
_Kind = provider_pb2.PropertyDiff


def differences(olds: Values, news: Values) -> provider_pb2.DiffResponse:
    """The answer to Diff."""
    kinds = dict(_changes(olds, news))
    names = sorted({path.partition("[")[0] for path in kinds})
    replaced = [REPLACING] if REPLACING in kinds else []
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME
        if kinds
        else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=names,
        replaces=replaced,
        detailedDiff={path: _Kind(kind=kind) for path, kind in kinds.items()},
        hasDetailedDiff=True,
    )


def _changes(olds: Values, news: Values) -> Iterator[tuple[str, Any]]:
    for name in sorted({*olds, *news}):
        old, new = olds.get(name), news.get(name)
        if name == REPLACING and isinstance(old, list) and isinstance(new, list):
            before, after = dict(enumerate(old)), dict(enumerate(new))
            for index in sorted({*before, *after}):
                if before.get(index) != after.get(index):
                    yield f"{name}[{index}]", _kind(before.get(index), after.get(index))
        elif _compared(old) != _compared(new):
            kind = _kind(old, new)
            yield name, kind + 1 if name == REPLACING else kind


def _kind(old: Any, new: Any) -> Any:
    """Each kind that replaces is its plain kind and one."""
    if old is None:
        return _Kind.ADD
    return _Kind.DELETE if new is None else _Kind.UPDATE


def _compared(value: Any) -> Any:
    """An asset is its content, at whatever path."""
    if isinstance(value, dict) and value.get(SIGNATURE) == ASSET:
        return value.get("hash") or value
    return value
