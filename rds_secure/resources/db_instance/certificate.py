"""Whether another certificate authority restarts an instance: looked up and said in the plan; it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rds_secure.errors import DeniedError, UnsupportedError
from rds_secure.kind import Found, Live, Reader, Wanted
from rds_secure.resources.db_instance.spec import DbInstanceSpec

ROTATION = "rotates_without_restart"


def with_rotation(reader: Reader, found: Found[DbInstanceSpec], wanted: Wanted) -> Found[DbInstanceSpec]:
    """The instance, with what AWS says of its version, asked only where it is to have another certificate authority."""
    declared = [item.spec for item in wanted.declared.values() if item.name.lower() == found.identity]
    if not any(isinstance(spec, DbInstanceSpec) and _differs(spec, found.spec) for spec in declared):
        return found
    asked = {"Engine": found.spec.engine, "EngineVersion": found.spec.engine_version, "IncludeAll": True}
    try:
        reply = reader.call("rds", "DescribeDBEngineVersions", asked) or {}
    except (DeniedError, UnsupportedError):
        return found  # it is worth a note, and hides nothing else of the instance
    said = [item.get("SupportsCertificateRotationWithoutRestart") for item in reply["DBEngineVersions"]]
    return replace(found, facts={**found.facts, ROTATION: said[0]}) if said else found


def notes(wanted: DbInstanceSpec, live: Live[DbInstanceSpec]) -> Iterator[str]:
    """What a change of the certificate authority does to connections."""
    if not _differs(wanted, live.spec):
        return
    restartless = live.facts.get(ROTATION)
    if restartless is None:
        yield "some engines restart for another certificate authority, and AWS did not say whether this one does"
    elif restartless:
        yield "its engine takes another certificate authority without a restart"
    else:
        yield "it restarts for another certificate authority, with an outage of a minute or so"


def _differs(wanted: DbInstanceSpec, live: DbInstanceSpec) -> bool:
    return wanted.ca not in (None, live.ca) and "ca" not in wanted.ignore
