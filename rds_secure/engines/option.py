"""Options of option groups: those that matter for security, with their ports, locks and settings. Knows no full list.

Sources: the user guide's chapters on the options of each engine, the texts of botocore's RDS model, and answers of
``DescribeOptionGroupOptions``. What else an engine has only AWS knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rds_secure.engines.engine import ENGINES
from rds_secure.engines.version import family, major

_TDE = "TDE is available, which encrypts nothing by itself"
_UNSEEN = "AWS does not show whether that was done"
ENCRYPTION = "SQLNET.ENCRYPTION_SERVER"
"""The setting of Oracle's native network encryption that decides whether clear text stays possible."""


@dataclass(frozen=True, slots=True)
class Option:
    """What is particular to one option of some engines."""

    name: str
    """As in ``ModifyOptionGroup.OptionsToInclude[].OptionName``."""
    since: Mapping[str, tuple[int, ...]] = field(hash=False)
    """Engine → the first major version that has it; empty: all have it."""
    until: tuple[int, ...] = ()
    """The first major version that no longer has it; empty: none."""
    port: int | None = None
    """The default of the port of its own that it listens on; then it takes a security group (RDS-21)."""
    persistent: bool = False
    """It stays in its group while a database or a backup uses the group (RDS-9)."""
    permanent: bool = False
    """It never leaves its group, and its group never leaves a database (RDS-9)."""
    excludes: frozenset[str] = frozenset()
    """Options that cannot be in the same group."""
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What we set unless it is written, because AWS's default is less secure."""
    note: str = ""
    """What it does not do, or does besides."""

    def serves(self, engine: str, version: str) -> bool:
        """Whether a major version of an engine has it."""
        numbers = tuple(int(number) for number in version.split("."))
        return engine in self.since and numbers >= self.since[engine] and not (self.until and numbers >= self.until)


def _all(*prefixes: str, since: tuple[int, ...] = ()) -> Mapping[str, tuple[int, ...]]:
    return MappingProxyType({name: since for name in ENGINES if name.startswith(prefixes) and not _aurora(name)})


def _aurora(name: str) -> bool:
    return ENGINES[name].clustered


_ORACLE = _all("oracle-")
_ORACLE_EE = _all("oracle-ee")
_SQLSERVER = _all("sqlserver-")
_SQLSERVER_LARGE = _all("sqlserver-ee", "sqlserver-se")

OPTIONS: tuple[Option, ...] = (
    Option(
        "TDE",
        since=_ORACLE_EE,
        persistent=True,
        permanent=True,
        excludes=frozenset({"TDE_HSM"}),
        note=f"{_TDE}: tablespaces and columns are to be encrypted inside the database, and {_UNSEEN}",
    ),
    Option(
        "TDE",  # persistent, not permanent, as DescribeOptionGroupOptions says
        since=MappingProxyType({"sqlserver-ee": (), "sqlserver-se": (15,)}),
        persistent=True,
        note=f"{_TDE}: SET ENCRYPTION ON is to be run for each database inside, and {_UNSEEN}",
    ),
    Option(
        "SSL",
        since=_ORACLE,
        port=2484,
        excludes=frozenset({"NATIVE_NETWORK_ENCRYPTION"}),
        settings=MappingProxyType({"SQLNET.SSL_VERSION": "1.2"}),
        note="SSL listens on a port of its own, and the database's port stays open for clear text: "
        "let no security group admit anyone to that one",
    ),
    Option(
        "NATIVE_NETWORK_ENCRYPTION",
        since=_ORACLE,
        excludes=frozenset({"SSL"}),
        # By default clear text is taken, and the list of ciphers begins with RC4; since 26ai only these two are left.
        settings=MappingProxyType({ENCRYPTION: "REQUIRED", "SQLNET.ENCRYPTION_TYPES_SERVER": "AES256,AES192"}),
    ),
    Option("OLS", since=_ORACLE_EE, persistent=True, permanent=True),
    Option("Timezone", since=_ORACLE, persistent=True, permanent=True),
    Option("OEM", since=_ORACLE, port=5500, excludes=frozenset({"OEM_AGENT"})),
    Option("OEM_AGENT", since=_ORACLE, port=3872, excludes=frozenset({"OEM"})),
    Option("SQLSERVER_AUDIT", since=_SQLSERVER),
    Option("SQLSERVER_BACKUP_RESTORE", since=_SQLSERVER),
    Option("MSDTC", since=_SQLSERVER, port=5000),
    Option("SSAS", since=_SQLSERVER_LARGE, port=2383),
    Option("SSRS", since=_SQLSERVER_LARGE, port=8443),
    Option("MARIADB_AUDIT_PLUGIN", since=_all("mysql", "mariadb")),
    Option("MEMCACHED", since=_all("mysql"), until=(8, 4), port=11211),
    Option("DB2_AUDIT", since=_all("db2-")),
)
"""Options by name; one that differs between engines is listed for each of them."""

WITHOUT_OPTIONS = frozenset({"postgres"})
"""Engines that have no options at all; their groups stay empty."""


def options_named(name: str) -> tuple[Option, ...]:
    """What the table has under a name; case, hyphens and underscores do not count."""
    return tuple(option for option in OPTIONS if _plain(option.name) == _plain(name))


def option_of(engine: str, name: str) -> Option | None:
    """The facts about an option of an engine; None where the table has none."""
    return next((option for option in OPTIONS if option.name == name and engine in option.since), None)


def option_group_version(engine: str, version: str) -> str | None:
    """A version's major version as option groups of the engine name it: ``16``, ``8.0``, ``15.00``, ``19``.

    None for an unknown engine, and for a version too short to tell.
    """
    try:
        numbers = major(engine, version).split(".")
    except ValueError:
        return None
    if engine.startswith("sqlserver-"):
        numbers[1] = numbers[1].ljust(2, "0")
    return ".".join(numbers)


def option_group_fits(engine: str, version: str, group_engine: str, group_version: str) -> bool:
    """Whether an instance of this engine and version can have a group of that one; True where that cannot be told."""
    wanted = family(engine, version)
    return engine == group_engine and (wanted is None or family(engine, group_version) in (wanted, None))


def same_setting(one: str | None, other: str | None) -> bool:
    """Whether two values of a setting mean the same: case and blanks have no meaning in them."""
    if one is None or other is None:
        return one is other
    return _bare(one) == _bare(other)


def option_notes(engine: str, name: str, settings: Mapping[str, str]) -> Iterable[str]:
    """What is to be known of an option that is in a group with these settings."""
    option = option_of(engine, name)
    if option and option.note:
        yield option.note
    level = settings.get(ENCRYPTION, "REQUIRED")
    if name == "NATIVE_NETWORK_ENCRYPTION" and not same_setting(level, "REQUIRED"):
        yield f"{name} does not force encryption: {ENCRYPTION} is {level}, so clear text stays possible"


def _bare(value: str) -> str:
    return "".join(value.split()).casefold()


def _plain(name: str) -> str:
    return name.replace("-", "_").casefold()
