"""The JSON Schema of a stack file, made from the models that read it.

Editors complete keys by it. What it cannot say (arithmetic, rules across keys) `check` says.
"""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from config.reading.problem import NAMESPACE
from config.reading.secrets import SECRET_KEYS
from config.reading.stack_file import ENGINE_KEYS, OTHER_NAMESPACES
from config.site import Site

_ENCRYPTED = {
    "type": "object",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
    "description": "Encrypted; set by `pulumi config set --secret`.",
}


class _Generator(GenerateJsonSchema):
    """Closes mappings against keys of another form; leaves out what only repeats a key's name."""

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        described = super().dict_schema(schema)
        if "patternProperties" in described:
            described["additionalProperties"] = False
        return described

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        # An editor would write the default out, as `gateway: null`.
        if described.get("default", "") is None:
            del described["default"]
        return described

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False


def stack_file_schema() -> dict[str, Any]:
    """The schema of a whole stack file."""
    described = Site.model_json_schema(mode="validation", schema_generator=_Generator)
    keys = described["properties"]
    keys |= dict.fromkeys(SECRET_KEYS, _ENCRYPTED)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack file of a site",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {f"{NAMESPACE}:{key}": value for key, value in keys.items()},
                "required": [f"{NAMESPACE}:{key}" for key in described["required"]],
                "patternProperties": {f"^({'|'.join(OTHER_NAMESPACES)}):.": {}},
                "additionalProperties": False,
            },
            **{key: {} for key in ENGINE_KEYS},
        },
        "required": ["config"],
        "additionalProperties": False,
        "$defs": described["$defs"],
    }


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(stack_file_schema(), indent=2) + "\n"
