"""The forms of the keys and values of labels, taints and annotations, as the API server has them.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
"""

from config.text import matching

NAME = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
QUALIFIED_NAME = rf"((?=[^/]{{1,253}}/){_LABEL}(\.{_LABEL})*/)?{NAME}"

QualifiedName = matching(
    "qualified-name",
    QUALIFIED_NAME,
    "a name like example.org/name",
    "A name with an optional prefix, which is a DNS subdomain.",
)
LabelValue = matching(
    "label-value",
    f"({NAME})?",
    "at most 63 letters, digits and -_. with a letter or digit at both ends",
    "A label's value: at most 63 letters, digits and -_.",
)
