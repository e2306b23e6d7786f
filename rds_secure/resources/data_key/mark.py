"""What tells one data key from another: the mark that its version carries at AWS. It is text, and calls nothing.

Nothing at AWS says under which key a ciphertext was made, or of what kind (AWS's API reference). So the version's own
id says it in Secrets Manager: it is set by the very call that stores the data key (SM-2), and no crash comes between.
A parameter's version has only a number, so there the mark is in a tag, beside the number that it is about.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from rds_secure.resources.data_key.spec import LENGTHS, DataKeySpec
from rds_secure.values import Ref, Value, canonical, text

CONTEXT = "context:"
"""What the digest of an encryption context begins with, where only that is known."""

_MARK = re.compile(r"data-key-(\d+)-(\d+)-([0-9a-f-]{36}|mrk-[0-9a-f]{32})-([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Mark:
    """How a data key was made: its number, its length in bytes, the id of its KMS key, the digest of its context."""

    version: int
    length: int
    key_id: str
    context: str

    @classmethod
    def parse(cls, written: str) -> Mark | None:
        """The mark, or None for a text that is none: somebody else stored that version."""
        found = _MARK.fullmatch(written)
        return cls(int(found[1]), int(found[2]), found[3], CONTEXT + found[4]) if found else None

    @property
    def key_spec(self) -> str | None:
        """AES_256 or AES_128; None for another length."""
        return next((name for name, length in LENGTHS.items() if length == self.length), None)


def pieces(spec: DataKeySpec, context: Mapping[str, str]) -> tuple[str | Ref, ...]:
    """The mark of the data key that a normalised spec asks for, in parts: its KMS key may not be there yet.

    As text it has 58 to 64 characters, and a version's id takes 32 to 64.
    """
    length = spec.bytes or LENGTHS[spec.key_spec or "AES_256"]
    return (f"data-key-{spec.version}-{length}-", key_id(spec.kms_key), f"-{digest(context).removeprefix(CONTEXT)}")


def mark(spec: DataKeySpec, context: Mapping[str, str]) -> Value:
    """The same as one text."""
    return text(pieces(spec, context))


def key_id(key: Value) -> str | Ref:
    """The id of a KMS key that is given by ARN, by id, or as one of the stack."""
    return Ref(key.target, "id") if isinstance(key, Ref) else str(key).rpartition("/")[2]


def digest(context: Mapping[str, str] | str) -> str:
    """Eight hexadecimal digits that stand for an encryption context; one that is a digest already stays."""
    if isinstance(context, str):
        return context
    return CONTEXT + hashlib.sha256(canonical(context).encode()).hexdigest()[:8]
