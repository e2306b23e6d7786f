"""The JSON Schema of a spec file, made from the kinds: for editors, and for checks outside this tool."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from rds_secure import resources
from rds_secure.kind import Kind
from rds_secure.spec.stack import KEY, Header


def stack_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of one file of a stack."""
    mode: JsonSchemaMode = "validation"
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Header, mode)]
    models += [(kind.spec, mode) for kind in resources.KINDS]
    names, definitions = models_json_schema(models, ref_template="#/$defs/{model}")
    defs = _tidy(definitions["$defs"])
    header = defs.pop(Header.__name__)
    sections = {kind.name: _section(kind, names[kind.spec, mode]["$ref"]) for kind in resources.KINDS}
    properties = header["properties"]
    properties["version"] = {"enum": [1, "1"], "description": properties["version"]["description"]}
    properties["resources"] = {
        "type": "object",
        "description": "What the stack owns, by kind and key.",
        "properties": sections,
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rds-secure stack",
        "description": "How a team's Amazon RDS databases are secured.",
        "type": "object",
        "properties": properties,
        "required": ["version", "stack", "resources"],
        "additionalProperties": False,
        "$defs": defs,
    }


def _section(kind: Kind[Any], reference: str) -> dict[str, Any]:
    resource: dict[str, Any] = {"$ref": reference}
    if not any(info.is_required() for info in kind.spec.model_fields.values()):
        resource = {"anyOf": [resource, {"type": "null"}]}  # nothing below its key: all defaults
    return {
        "type": "object",
        "description": f"{kind.title}s, by key.",
        "propertyNames": {"pattern": f"^{KEY}$"},
        "additionalProperties": resource,
        "minProperties": 1,
    }


def _tidy(value: Any) -> Any:
    """pydantic's titles say what the names say already, and it leaves other keys of a patterned mapping open."""
    if isinstance(value, dict):
        tidied = {key: _tidy(item) for key, item in value.items() if not (key == "title" and isinstance(item, str))}
        return {**tidied, "additionalProperties": False} if "patternProperties" in tidied else tidied
    return [_tidy(item) for item in value] if isinstance(value, list) else value
