"""What is wrong with the spec of an option group, as far as that shows without AWS."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator

from rds_secure import engines
from rds_secure.engines import ENGINES
from rds_secure.kind import Complaint
from rds_secure.resources.option_group.spec import Option, OptionGroupSpec

_NAME = re.compile(r"(?=.{1,255}$)[A-Za-z](-?[A-Za-z0-9])*")
_SECRET = re.compile(r"PASSWORD|PASSPHRASE", re.IGNORECASE)


def is_secret(setting: str) -> bool:
    """Whether the value of a setting must never be written or shown."""
    return bool(_SECRET.search(setting))


def check(name: str, spec: OptionGroupSpec) -> Iterator[Complaint]:
    """Every problem; ``name`` is the group's name at AWS. Options that we know nothing of are left to `verify`."""
    if not _NAME.fullmatch(name):
        what = f"{name!r} is no name for an option group"
        fix = "use 1 to 255 letters, digits and single hyphens, a letter first and no hyphen last"
        yield Complaint(("name",) if spec.name else (), what, fix)
    yield from _secrets(spec)
    engine = ENGINES.get(spec.engine)
    if engine is None or engine.clustered:
        yield _unknown_engine(spec.engine)
        return
    version = engines.option_group_version(spec.engine, spec.major_version)
    if version != spec.major_version or not re.fullmatch(r"[\d.]+", version):
        what = f"{spec.major_version!r} is no major version of {spec.engine}"
        usual = {"oracle": "19", "sqlserver": "15.00", "db2": "11.5", "postgres": "16", "mysql": "8.0"}
        example = version or usual.get(spec.engine.partition("-")[0], "10.11")
        yield Complaint(("major_version",), what, f"write one such as {example}")
        return
    yield from _options(spec)


def _unknown_engine(written: str) -> Complaint:
    known = [name for name, engine in ENGINES.items() if not engine.clustered]
    if written in ENGINES:
        return Complaint(("engine",), f"{written} has no option groups", "take the group out")
    near = difflib.get_close_matches(written.lower(), known, 1)
    fix = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(known)}"
    return Complaint(("engine",), f"there is no engine {written!r}", fix)


def _secrets(spec: OptionGroupSpec) -> Iterator[Complaint]:
    for name, option in spec.options.items():
        for setting in filter(is_secret, option.settings):
            what = f"{setting} is a password, and none is ever written in a spec"
            fix = "take it out, and set it at AWS: settings that are not written stay as they are"
            yield Complaint(("options", name, "settings", setting), what, fix)


def _options(spec: OptionGroupSpec) -> Iterator[Complaint]:
    if spec.options and spec.engine in engines.WITHOUT_OPTIONS:
        yield Complaint(("options",), f"{spec.engine} has no options", "take them out")
        return
    for name, option in spec.options.items():
        facts = engines.option_of(spec.engine, name)
        if facts is None or not facts.serves(spec.engine, spec.major_version):
            yield from _misplaced(spec, name)
        else:
            yield from _port(name, option, facts.port)
            for other in sorted(facts.excludes & spec.options.keys()):
                if name < other:
                    what = f"{name} and {other} exclude each other"  # RDS-21
                    yield Complaint(("options", name), what, "keep one of the two")
        yield from _range(spec.engine, name, option)
    ports = Counter(port_of(spec.engine, name, option) for name, option in spec.options.items())
    for port in sorted(port for port, count in ports.items() if port is not None and count > 1):
        names = [name for name, option in spec.options.items() if port_of(spec.engine, name, option) == port]
        what = f"{' and '.join(names)} listen on the same port {port}"
        yield Complaint(("options", names[-1]), what, "give one of them another port")


def port_of(engine: str, name: str, option: Option) -> int | None:
    """The port that an option listens on, the written one or the usual one; None for no port, or one unknown here."""
    facts = engines.option_of(engine, name)
    return option.port or (facts.port if facts else None)


def _misplaced(spec: OptionGroupSpec, name: str) -> Iterator[Complaint]:
    """A name that the table has, but not for this engine and version, or not in this spelling."""
    found = engines.options_named(name)
    mine = [option for option in found if option.serves(spec.engine, spec.major_version)]
    what = f"{spec.engine} {spec.major_version} has no option {name}"
    if mine:
        yield Complaint(("options", name), what, f"did you mean {mine[0].name!r}?")
    elif found:
        having = [
            f"{engine} from {'.'.join(map(str, first))} on" if first else engine
            for option in found
            for engine, first in option.since.items()
        ]
        yield Complaint(("options", name), what, f"take it out: only {', '.join(having)} have it")


def _port(name: str, option: Option, usual: int | None) -> Iterator[Complaint]:
    if usual is None and (option.port is not None or option.security_groups):
        field = "port" if option.port is not None else "security_groups"
        yield Complaint(("options", name, field), f"{name} listens on no port of its own", f"take {field} out")
    elif usual is not None and not option.security_groups:
        # AWS refuses it too: "At least one security group must be specified" (issue 33041 of Terraform's provider).
        what = f"{name} listens on a port of its own, and no security group says who can connect to it"
        yield Complaint(("options", name), what, "add security_groups")


def _range(engine: str, name: str, option: Option) -> Iterator[Complaint]:
    refused = ENGINES[engine].refused_ports
    if option.port is not None and (option.port not in engines.PORTS or option.port in refused):
        what = f"{name} of {engine} cannot listen on port {option.port}"
        yield Complaint(("options", name, "port"), what, "use another one from 1150 to 65535")
