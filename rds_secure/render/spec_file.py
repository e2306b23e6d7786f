"""A draft as the text of a spec file: tidy, with comments, and the same text for the same draft. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import yaml

from rds_secure.draft import Draft, Entry
from rds_secure.values import Value

WIDTH = 110


def spec_text(draft: Draft) -> str:
    """The file, with a line end at its end."""
    return "\n".join(_lines(draft)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    yield f"# What exists in account {draft.account}, {draft.region}, as the stack {draft.stack}."
    yield "# Review it, then plan: nothing but tags is to change. While a line stands below adopt:, fields that are not"
    yield "# written stay as they are; once it is taken out, their defaults act."
    yield "version: 1"
    yield f"stack: {draft.stack}"
    yield f'account: "{draft.account}"'
    yield f"region: {draft.region}"
    yield ""
    yield "resources:"
    for kind, entries in groupby(draft.entries, lambda entry: entry.address.kind):
        yield f"  {kind}:"
        for entry in entries:
            yield from _indented(4, _entry(entry))
        yield ""
    yield "adopt:"
    for entry in draft.entries:
        yield f"  {entry.address}: {entry.adopt or 'null'}"


def _entry(entry: Entry) -> Iterator[str]:
    yield from (f"# {remark}" for remark in entry.remarks)
    if not entry.fields:
        yield f"{entry.address.name}: {{}}"
        return
    yield f"{entry.address.name}:"
    for name, value in entry.fields.items():
        comment = entry.comments.get(name)
        if comment:
            yield f"  # {comment}"
        yield from _indented(2, _dumped({name: _tidy(value)}))


def _dumped(value: Mapping[str, Value]) -> list[str]:
    """As YAML: the innermost collections on one line, what is longer in blocks."""
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=None if any(isinstance(item, dict | list) for item in value.values()) else False,
        width=WIDTH,
        allow_unicode=True,
    )
    return text.rstrip("\n").split("\n")


def _tidy(value: Value) -> Any:
    """Tuples as lists; small numbers without quotes, since a field that takes a text takes them as they are written."""
    if isinstance(value, Mapping):
        return {key: _tidy(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_tidy(item) for item in value]
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6 and str(int(value)) == value:
        return int(value)
    return value


def _indented(spaces: int, lines: Any) -> Iterator[str]:
    return (f"{' ' * spaces}{line}" if line else "" for line in lines)


class _Dumper(yaml.SafeDumper):
    """Without anchors, which nobody would have written."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
