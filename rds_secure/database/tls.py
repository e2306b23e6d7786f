"""What a plan says of databases for which nothing in the stack forces TLS (meaning §2). It forces nothing itself."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure import engines
from rds_secure.engines import ENGINES
from rds_secure.values import Ref, Value


def unforced(engine: str, version: str | None, parameters: Value, options: Value, kind: str) -> Iterator[str]:
    """A note, unless ``parameters`` or, where no parameter forces TLS, ``options`` are a group of the stack.

    ``kind`` is that of the parameter group. What a group outside of the stack has, is not looked at: it is not ours to
    keep so.
    """
    facts = ENGINES.get(engine)
    if facts is None:
        return
    family = engines.family(engine, version or "")
    if engines.tls_parameters(family or engine):
        if not isinstance(parameters, Ref):
            yield f"nothing in this stack forces TLS for it: a {kind} of the stack does, named as its parameter_group"
    elif not isinstance(options, Ref):
        options_do = "; an option_group can" if facts.name.startswith("oracle") else ""
        yield f"TLS is not forced for it: no parameter of this {facts.name} does that{options_do}"
