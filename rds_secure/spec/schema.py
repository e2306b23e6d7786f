"""The JSON Schema of a spec file, made from the kinds: for editors, and for checks outside this tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from rds_secure import resources
from rds_secure.interpolation import KEY
from rds_secure.kind import Kind
from rds_secure.spec.stack import Header
from rds_secure.values import leaves

_DEFS = "#/$defs/"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def stack_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of one file of a stack."""
    mode: JsonSchemaMode = "validation"
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Header, mode)]
    models += [(kind.spec, mode) for kind in resources.KINDS]
    names, definitions = models_json_schema(models, ref_template=f"{_DEFS}{{model}}")
    defs = _tidy(definitions["$defs"])
    header = defs.pop(Header.__name__)
    defs = _with_environment(defs)
    sections = {kind.name: _section(kind, names[kind.spec, mode]["$ref"]) for kind in resources.KINDS}
    properties = header["properties"]
    properties["version"] = _version(properties)
    properties["resources"] = {
        "type": "object",
        "description": "What the stack owns, by kind and key.",
        "properties": sections,
        "additionalProperties": False,
        "minProperties": 1,
    }
    schema: dict[str, Any] = {
        "$schema": _DIALECT,
        "title": "rds-secure stack",
        "description": "How a team's Amazon RDS databases are secured.",
        "type": "object",
        "properties": properties,
        "required": ["version", "stack", "resources"],
        "additionalProperties": False,
    }
    return schema | {"$defs": _used(schema, defs)}


def part_schema(part: type[BaseModel], title: str) -> dict[str, Any]:
    """The schema of a file that is one mapping of ours, beside the spec."""
    schema = _tidy(part.model_json_schema(mode="validation", ref_template=f"{_DEFS}{{model}}"))
    defs = schema.pop("$defs", {})
    schema["properties"]["version"] = _version(schema["properties"])
    whole = {"$schema": _DIALECT, "title": title, **schema}
    return whole | ({"$defs": _used(schema, defs)} if defs else {})


def _version(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"enum": [1, "1"], "description": properties["version"]["description"]}


def _section(kind: Kind[Any], reference: str) -> dict[str, Any]:
    resource: dict[str, Any] = {"$ref": reference}
    if not any(info.is_required() for info in kind.spec.model_fields.values()):
        resource = {"anyOf": [resource, {"type": "null"}]}  # nothing below its key: all defaults
    return {
        "type": "object",
        "description": f"Each {kind.title}, by its key.",
        "propertyNames": {"pattern": f"^{KEY}$"},
        "additionalProperties": resource,
        "minProperties": 1,
    }


_LIMITS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def _tidy(value: Any) -> Any:
    """pydantic's titles say what the names say already, it leaves other keys of a patterned mapping open, and a limit
    behind a validator of ours keeps its Python name."""
    if isinstance(value, dict):
        tidied = {
            key if isinstance(item, dict) else _LIMITS.get(key, key): _tidy(item)
            for key, item in value.items()
            if not (key == "title" and isinstance(item, str))
        }
        if isinstance(described := tidied.get("description"), str):
            tidied["description"] = " ".join(described.split())
        return {**tidied, "additionalProperties": False} if "patternProperties" in tidied else tidied
    return [_tidy(item) for item in value] if isinstance(value, list) else value


_ENVIRONMENT = r"\$\{aws\.(account_id|region|partition)\}"


def _with_environment(value: Any) -> Any:
    """``${aws.region}`` and its like may stand in every text of a resource: what it makes of it, the loader checks."""
    if isinstance(value, dict):
        found = {key: item if key == "propertyNames" else _with_environment(item) for key, item in value.items()}
        if isinstance(pattern := found.get("pattern"), str):
            found["pattern"] = f"{pattern}|{_ENVIRONMENT}"
        return found
    return [_with_environment(item) for item in value] if isinstance(value, list) else value


def _used(schema: Any, defs: Mapping[str, Any]) -> dict[str, Any]:
    """The definitions that a schema refers to, also by way of others; pydantic leaves some that nothing needs."""
    used: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        for path, leaf in leaves(waiting.pop()):
            name = str(leaf).removeprefix(_DEFS)
            if path[-1] == "$ref" and name not in used:
                used[name] = defs[name]
                waiting.append(defs[name])
    return {name: used[name] for name in sorted(used)}
