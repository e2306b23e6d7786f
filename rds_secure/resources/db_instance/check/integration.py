"""What of an instance's directory, roles, license and language does not fit its engine, or itself."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.engines import Engine
from rds_secure.kind import Complaint
from rds_secure.resources.db_instance.spec import DbInstanceSpec, Domain


def integration(spec: DbInstanceSpec, engine: Engine) -> Iterator[Complaint]:
    """Every problem that depends on the engine."""
    if spec.license is not None and spec.license not in engine.licenses:
        what = f"{engine.name} has no license {spec.license!r}"
        yield Complaint(("license",), what, f"use {' or '.join(engine.licenses)}")
    for field, has in (
        ("character_set", engine.character_sets > 0),
        ("nchar_character_set", engine.character_sets > 1),
        ("timezone", engine.timezone),
        ("lifecycle_support", engine.extended_support),
    ):
        if getattr(spec, field) is not None and not has:
            yield Complaint((field,), f"{engine.name} has no {field} to choose", f"take {field} out")
    if spec.domain is not None and spec.domain != Domain():
        yield from _domain(spec.domain, engine)


def roles(spec: DbInstanceSpec) -> Iterator[Complaint]:
    """A feature has one role."""
    seen = set()
    for index, item in enumerate(spec.roles):
        if item.feature in seen:
            what = f"{item.feature} has a role already"
            yield Complaint(("roles", index, "feature"), what, "keep one role for each feature")
        seen.add(item.feature)


def _domain(domain: Domain, engine: Engine) -> Iterator[Complaint]:
    ours = [field for field in ("fqdn", "ou", "secret", "dns") if getattr(domain, field)]
    if not engine.directory:
        yield Complaint(("domain",), f"{engine.name} cannot be joined to a directory", "take domain out")
    elif domain.directory is not None and ours:
        what = f"a directory of Directory Service takes no {' and no '.join(ours)}"
        yield Complaint(("domain",), what, "write directory and role, or fqdn, ou, secret and dns")
    elif domain.directory is None and domain.role is not None:
        what = "a role without a directory has nothing to call"
        yield Complaint(("domain", "role"), what, "write directory too, or take role out")
    elif domain.directory is not None and domain.role is None:
        what = "RDS calls Directory Service by a role, and none is written"
        yield Complaint(("domain",), what, "write role: an iam_role, or the name of one")
    elif ours and not (domain.fqdn and domain.secret):
        what = "a directory of your own needs its name, and a secret with a user that may join it"
        yield Complaint(("domain",), what, "write fqdn, ou, secret and dns")
    elif ours and len(domain.dns) != 2:
        yield Complaint(("domain",), f"{len(domain.dns)} addresses of DNS servers are written", "write two")
