"""How the master password is written: managed, unmanaged, or where it is found. It is never a value itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from rds_secure.interpolation import Invalid
from rds_secure.values import Secret

MANAGED: Final = "managed"
UNMANAGED: Final = "unmanaged"

_FIX = "write managed, {env: NAME} or {secret: NAME, key: …}"
_FORMS = {
    "env": (r"[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable"),
    "secret": (
        r"(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[A-Za-z0-9/_+=.@-]{1,512}",
        "the name, or the ARN, of a secret in Secrets Manager",
    ),
    "key": (r".{1,256}", "a key of the JSON in the secret"),
}


class _Source:
    """Takes the two words and the two sources. No message repeats what was written: it might be the password."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        forms = {
            name: {"type": "string", "pattern": f"^(?:{pattern})$", "description": f"{what[0].upper()}{what[1:]}."}
            for name, (pattern, what) in _FORMS.items()
        }

        def mapping(required: str, *others: str) -> JsonSchemaValue:
            properties = {name: forms[name] for name in (required, *others)}
            return {
                "type": "object",
                "required": [required],
                "additionalProperties": False,
                "properties": properties,
            }

        return {"anyOf": [{"enum": [MANAGED, UNMANAGED]}, mapping("env"), mapping("secret", "key")]}

    def check(self, value: Any) -> Secret | str:
        """The word, or the source; `Invalid` otherwise."""
        if isinstance(value, Secret):
            return value
        if value in (MANAGED, UNMANAGED):
            return str(value)
        if not isinstance(value, Mapping):
            raise Invalid("this is not possible: no password is ever written in a spec", _FIX)
        if set(value) not in ({"env"}, {"secret"}, {"secret", "key"}):
            raise Invalid("this is no source of a password", _FIX)
        for name, text in value.items():
            pattern, what = _FORMS[name]
            if not isinstance(text, str) or not re.fullmatch(pattern, text):
                raise Invalid(f"this is not {what}", _FIX, (name,))
        source = "env" if "env" in value else "secret"
        return Secret(source, str(value[source]), str(value.get("key", "")))


Password = Annotated[Secret | str, _Source()]
"""``managed``, ``unmanaged``, ``{env: NAME}``, or ``{secret: NAME, key: KEY}``."""
