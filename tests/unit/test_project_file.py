"""Pulumi.yaml: it declares the keys of the site, as the site's own types have them."""

import re
from typing import Any

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from config.site import Site
from tests.cases.sites import ROOT

PROJECT = YAML(typ="safe", pure=True).load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
ENGINE_KEYS = {"pulumi:disable-default-providers"}


def test_each_key_of_the_site_is_declared_and_no_other() -> None:
    assert set(PROJECT["config"]) == {*Site.model_fields, *ENGINE_KEYS}


@pytest.mark.parametrize("key", Site.model_fields)
def test_a_key_is_described_and_required_as_in_the_site(key: str) -> None:
    declared: dict[str, Any] = PROJECT["config"][key]
    field = Site.model_fields[key]

    assert declared["description"] == field.description
    assert ("default" not in declared) == field.is_required()
    if not field.is_required():
        read = TypeAdapter(field.rebuild_annotation()).validate_python(declared["default"])
        assert read == field.get_default(call_default_factory=True, validated_data={})


def test_the_engine_is_as_new_as_its_sdk() -> None:
    requirements = (ROOT / "requirements.txt").read_text(encoding="ascii")
    (version,) = re.findall(r"^pulumi==(\S+)", requirements, re.MULTILINE)
    assert PROJECT["requiredPulumiVersion"] == f">={version}"


def test_no_resource_gets_a_provider_that_it_does_not_name() -> None:
    assert PROJECT["config"]["pulumi:disable-default-providers"] == {"value": ["*"]}
