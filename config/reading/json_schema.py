"""`python -m multihome schema`: the JSON Schema of a stack file, for editors."""

import json
from typing import Any

from config.reading.problem import NAMESPACE
from config.reading.secrets import SECRET_KEYS
from config.reading.stack_file import ENGINE_KEYS
from config.site import Site


def stack_file_schema() -> dict[str, Any]:
    """The schema of a whole stack file; keys of other namespaces are left to their owners."""
    site = Site.model_json_schema(mode="validation")
    definitions = site.pop("$defs")
    secure = {
        "type": "object",
        "properties": {"secure": {"type": "string"}},
        "required": ["secure"],
        "additionalProperties": False,
        "description": "Encrypted; set by `pulumi config set --secret`.",
    }
    keys = {f"{NAMESPACE}:{key}": value for key, value in site["properties"].items()}
    secrets = {f"{NAMESPACE}:{key}": secure for key in SECRET_KEYS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack file of a site",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {**keys, **secrets},
                "required": [f"{NAMESPACE}:{key}" for key in site["required"]],
                "patternProperties": {f"^(?!{NAMESPACE}:)[a-z]+:": {}},
                "additionalProperties": False,
            },
            **{key: {} for key in ENGINE_KEYS},
        },
        "required": ["config"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(stack_file_schema(), indent=2) + "\n"
