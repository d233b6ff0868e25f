"""Labels and annotations that a site gives an object, in the forms that the API server takes."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from config.label_forms import QUALIFIED_NAME, LabelValue
from config.model import Model, refusal
from config.text import parsed, schema

# What this program, Multus, Pulumi or the StatefulSet's controller write themselves.
_RESERVED = (
    r"app\.kubernetes\.io/name$",
    r"controller-revision-hash$",
    *(
        rf"{re.escape(prefix)}/"
        for prefix in (
            "k8s.v1.cni.cncf.io",
            "v1.multus-cni.io",
            "multihome",
            "pulumi.com",
            "statefulset.kubernetes.io",
            "apps.kubernetes.io",
            "container.apparmor.security.beta.kubernetes.io",
        )
    ),
)
_OURS = f"({'|'.join(_RESERVED)})"
_FORM = "a key like example.org/name"
# Kubernetes takes 256 KiB, in which the program's own annotations have room as well.
_MOST_BYTES = 240 * 1024


def _parse_key(text: str) -> str:
    if re.match(_OURS, text):
        raise refusal("metadata-key", "the program or the cluster sets it itself", "remove it")
    if not re.fullmatch(QUALIFIED_NAME, text):
        raise refusal("metadata-key", "invalid", f"expected {_FORM}")
    return text


MetadataKey = Annotated[
    str,
    parsed(_parse_key, "metadata-key", _FORM),
    schema(
        "The key of a label or annotation, with an optional prefix.",
        f"^(?!{_OURS}){QUALIFIED_NAME}$",
    ),
]


def _not_too_large(annotations: dict[str, str]) -> dict[str, str]:
    size = sum(len(text.encode()) for pair in annotations.items() for text in pair)
    if size > _MOST_BYTES:
        raise refusal(
            "annotations-size",
            f"the annotations have {size} bytes",
            f"write at most {_MOST_BYTES}",
        )
    return annotations


Labels = dict[MetadataKey, LabelValue]
Annotations = Annotated[dict[MetadataKey, str], AfterValidator(_not_too_large)]


class Metadata(Model):
    """Labels and annotations of one object, beside those that the program gives it."""

    labels: Labels = Field(default_factory=dict, description="Further labels.")
    annotations: Annotations = Field(default_factory=dict, description="Further annotations.")
