"""What is known of a request's condition keys: present with values, known to be absent, or open. No policies.

AWS calls this the request context (IAM user guide, "The request context"). Names of keys ignore case, tag keys in them
included; values do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Values = tuple[str, ...]
"""The values of a key that is known: several for a multivalued key, none if the key is absent (or an empty set)."""


@dataclass(frozen=True)
class Context:
    """What is known of the keys; whatever is not mentioned is open.

    ``known`` holds lower-case keys. ``closed`` are lower-case beginnings of keys (``aws:principaltag/``): those that
    begin so and are not in ``known`` are absent. ``""`` closes everything: nothing is open then.
    """

    known: Mapping[str, Values] = field(default_factory=dict)
    closed: tuple[str, ...] = ()

    def get(self, key: str) -> Values | None:
        """The values of a key, whatever its case: an empty tuple if it is absent, None if it is open."""
        name = key.lower()
        if (values := self.known.get(name)) is not None:
            return values
        return () if self.closed and name.startswith(self.closed) else None

    def also(self, other: Context) -> Context:
        """Both together; where both know a key, the other one counts."""
        return Context({**self.known, **other.known}, (*self.closed, *other.closed))


OPEN = Context()
"""Nothing is known."""


def context(
    known: Mapping[str, str | Iterable[str]] | None = None, *, absent: Iterable[str] = (), closed: Iterable[str] = ()
) -> Context:
    """A context from keys in any case, with a value or several each; those in ``absent`` are not in the request."""
    values = {key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in (known or {}).items()}
    return Context(values | {key.lower(): () for key in absent}, tuple(prefix.lower() for prefix in closed))


def tag_context(prefixes: Iterable[str], tags: Mapping[str, str]) -> Context:
    """The condition keys that follow from all the tags of something: those of other tags are absent.

    ``prefixes``: how the keys for them begin, such as ``aws:ResourceTag/``.
    """
    listed = tuple(prefixes)
    return context({f"{prefix}{key}": value for key, value in tags.items() for prefix in listed}, closed=listed)
