"""What references yield beforehand, and ids that become references again, as a spec writes them. It reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure.fields import Leaf, Reference
from rds_secure.values import Ref


def by_value(*known: Mapping[Ref, str]) -> Leaf:
    """A function for `fields.mapped` that puts a reference where a field has what one of them yields (house rule 2)."""
    index = {(ref.target.kind, ref.attribute, value): ref for some in known for ref, value in some.items()}

    def leaf(value: Any, marker: Reference | None, many: bool) -> Any:
        if marker is None or not isinstance(value, str):
            return value
        return next((ref for kind in marker.kinds if (ref := index.get((kind, marker.attribute, value)))), value)

    return leaf
