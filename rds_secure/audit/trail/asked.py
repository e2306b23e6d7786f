"""What a call asked for, as short texts by name, with everything that may be a secret masked. It judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from rds_secure.audit.trail.event import text, word

MASK = "****"

_SECRET = re.compile(
    r"passw|passphrase|secretstring|secretbinary|secretvalue|secret(access)?key$|^secrets?$|token|credential"
    r"|private_?key|plaintext|ciphertext|keymaterial|authcode|tdecredential",
    re.IGNORECASE,
)
"""Names of what may be a secret. CloudTrail masks most of these itself; nothing here relies on that."""

_ENTRIES, _CHARACTERS, _DEPTH = 40, 200, 12
_NAMES = ("name", "optionname", "parametername", "key")


def asked(params: Mapping[str, object]) -> dict[str, str]:
    """Path → value of the first entries, such as ``parameters[0].parameterName``."""
    return dict(islice(_flat(params, "", _DEPTH, hides=False), _ENTRIES))


def _flat(value: object, path: str, depth: int, *, hides: bool) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and depth > 0:
        hides = hides or any(_is_secret(item) for key, item in value.items() if str(key).lower() in _NAMES)
        for key, item in value.items():
            name = text(str(key))[:_CHARACTERS]
            yield from _flat(item, f"{path}.{name}" if path else name, depth - 1, hides=hides or _is_secret(name))
    elif isinstance(value, list) and depth > 0:
        for number, item in enumerate(value):
            yield from _flat(item, f"{path}[{number}]", depth - 1, hides=hides)
    elif isinstance(value, Mapping | list):
        yield path, "…"
    elif value is not None:
        yield path, _shown(value, hides=hides)


def _is_secret(name: object) -> bool:
    return isinstance(name, str) and _SECRET.search(name) is not None


def _shown(value: object, *, hides: bool) -> str:
    """A flag is no secret: ``manageMasterUserPassword: true``."""
    if hides and not isinstance(value, bool):
        return MASK
    shown = word(value)
    return shown if len(shown) <= _CHARACTERS else f"{shown[: _CHARACTERS - 1]}…"
