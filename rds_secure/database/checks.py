"""What can be wrong with the spec of a database of any kind, as far as that shows without AWS."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from rds_secure import engines
from rds_secure.database import window
from rds_secure.database.password import MANAGED, UNMANAGED
from rds_secure.engines import ENGINES, Engine
from rds_secure.kind import Complaint
from rds_secure.values import Secret, Value

ADVANCED_DAYS = 465
"""For how many days the advanced mode of insights keeps its data (AWS's API reference)."""

INTERVALS = (0, 1, 5, 10, 15, 30, 60)
"""Every how many seconds enhanced monitoring looks (AWS's API reference)."""

STOPPED = "it is stopped, and AWS changes nothing of it until it runs again: start it"
"""What to do about any change of what is stopped (RDS-27); its tags can be set."""

STOPPED_AND_PROTECTED = "it is stopped, and its deletion protection comes off only while it runs: start it"
"""Why such a database stays."""


def name(key: str, written: str | None, what: str, longest: int = 63) -> Iterator[Complaint]:
    """The identifier (RDS-5)."""
    if not re.fullmatch(rf"(?=.{{1,{longest}}}$)[A-Za-z](-?[A-Za-z0-9])*", written or key):
        fix = f"use 1 to {longest} letters, digits and single hyphens, a letter first and no hyphen last"
        yield Complaint(("name",) if written else (), f"{written or key!r} is no name for {what}", fix)


def engine(written: str, known: Iterable[str]) -> Complaint:
    """An engine that is none of those which are known here."""
    listed = list(known)
    near = difflib.get_close_matches(written.lower(), listed, 1)
    fix = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(listed)}"
    return Complaint(("engine",), f"there is no engine {written!r}", fix)


def first_user(username: str, password: Value, title: str) -> Iterator[Complaint]:
    """What is asked of the first user of something that is yet to be made; what exists has the one that it has."""
    if username.lower() in engines.REFUSED_MASTER_NAMES:
        what = f"{username!r} is guessed first by attackers, or reserved by the engine"
        yield Complaint(("master_username",), what, "use another name, such as dbowner")
    if password == UNMANAGED:
        what = f"a new {title} needs a password, and none is ever written in a spec"
        fix = "write managed: RDS makes one and keeps it in Secrets Manager; or {env: NAME}"
        yield Complaint(("master_password",), what, fix)


def credentials(password: Value, version: int, secret_key: Value) -> Iterator[Complaint]:
    """The password of the first user."""
    if secret_key is not None and password != MANAGED:
        what = "only a managed password has a secret that a key could encrypt"
        yield Complaint(("master_secret_key",), what, "take master_secret_key out, or write master_password: managed")
    if version != 1 and not isinstance(password, Secret):
        what = "there is no source from which a password could be set anew"
        yield Complaint(("password_version",), what, "take password_version out, or write master_password: {env: NAME}")


def windows(daily: str | None, weekly: str | None) -> Iterator[Complaint]:
    """The backup window and the maintenance window."""
    if daily and window.backup(daily)[1] < window.SHORTEST:
        yield Complaint(("backup_window",), f"{daily} is too short", "half an hour is the least that AWS takes")
    if weekly and window.maintenance(weekly)[1] < window.SHORTEST:
        yield Complaint(("maintenance_window",), f"{weekly} is too short", "half an hour is the least that AWS takes")
    if daily and weekly and window.overlap(daily, weekly):
        what = f"the maintenance window {weekly} meets the backup window {daily}"
        yield Complaint(("maintenance_window",), what, "choose windows that do not overlap")


def encryption(*, encrypted: bool, key: Value) -> Iterator[Complaint]:
    """A key and what it is for."""
    if key is not None and not encrypted:
        what = "a key without encryption has nothing to encrypt"
        yield Complaint(("kms_key",), what, "take kms_key out, or encrypted: false")


def version(facts: Engine, written: str | None, *, implied: bool) -> Iterator[Complaint]:
    """The version; ``implied``: whether a parameter group is to be made that depends on it."""
    if written is not None and not re.fullmatch(r"\d+([.-][A-Za-z0-9_]+)*", written):
        yield Complaint(("engine_version",), f"{written!r} is no version", "write one such as 16 or 8.0")
    elif implied and written is None:
        what = "without engine_version there is no telling which parameter group forces TLS"
        yield Complaint(("engine_version",), what, "add engine_version, or name a parameter_group")
    elif implied and engines.family(facts.name, written or "") is None:
        what = f"{facts.name} {written} does not tell the family of its parameter group"
        yield Complaint(("engine_version",), what, f"write more of it, such as {written}.0")


def port(facts: Engine, written: int | None) -> Iterator[Complaint]:
    """The port."""
    if written is not None and (written not in engines.PORTS or written in facts.refused_ports):
        what = f"{facts.name} cannot listen on port {written}"
        yield Complaint(("port",), what, f"use {facts.port}, or another one from 1150 to 65535")


def db_name(facts: Engine, written: str | None, what: str) -> Iterator[Complaint]:
    """The first database inside."""
    if written and facts.db_name_length == 0:
        said = f"{facts.name} makes no database when the {what} is made"
        yield Complaint(("db_name",), said, "take db_name out, and create databases inside")
    elif written and len(written) > facts.db_name_length:
        said = f"{written!r} is longer than the {facts.db_name_length} characters that {facts.name} takes"
        yield Complaint(("db_name",), said, "choose a shorter name")


def logs(facts: Engine, written: Iterable[str] | None) -> Iterator[Complaint]:
    """The logs to export."""
    for index, log in enumerate(written or ()):
        if log not in facts.log_types:
            what = f"{facts.name} has no log {log!r} to export"
            yield Complaint(("log_exports", index), what, f"use {' or '.join(facts.log_types)}")


def monitoring(seconds: int | None, role: Value) -> Iterator[Complaint]:
    """Enhanced monitoring, which needs an interval and a role, or neither."""
    if seconds not in (None, *INTERVALS):
        what = f"AWS does not look every {seconds} seconds"
        yield Complaint(("monitoring_seconds",), what, f"use {' or '.join(map(str, INTERVALS))}")
    if seconds and role is None:
        what = "monitoring needs a role with which RDS writes the metrics"
        yield Complaint(("monitoring_seconds",), what, "add monitoring_role: one for monitoring.rds.amazonaws.com")
    elif role is not None and not seconds:
        yield Complaint(("monitoring_role",), "without an interval nothing is monitored", "add monitoring_seconds: 60")


def insights(*, on: bool | None, days: int | None, mode: str | None, key: Value) -> Iterator[Complaint]:
    """Performance Insights and Database Insights (AWS's API reference)."""
    if days is not None and days not in (7, 731) and not (days % 31 == 0 and 1 <= days // 31 <= 23):
        what = f"insights cannot be kept for {days} days"
        yield Complaint(("insights_days",), what, "use 7, 731, or a multiple of 31 up to 713")
    if not on:
        for field, value in (("insights_days", days), ("insights_key", key)):
            if value is not None:
                yield Complaint((field,), "insights are not switched on", "add insights: true, or take it out")
    if mode == "advanced" and not (on and (days or 0) >= ADVANCED_DAYS):
        what = f"the advanced mode keeps insights for {ADVANCED_DAYS} days at least"
        yield Complaint(("insights_mode",), what, "add insights: true and insights_days: 465")


def older(wanted: str, running: str) -> str:
    """What to do instead of going back to an older version; "" where the wanted one is not."""
    if engines.compare_versions(wanted, running) >= 0 or engines.matches(wanted, running):
        return ""
    return f"AWS never goes back to an older version: write {running}, or restore an older backup as a new database"


def names(*, clustered: bool) -> list[str]:
    """The engines that run in clusters only, or the others."""
    return [one for one, facts in ENGINES.items() if facts.clustered is clustered]
