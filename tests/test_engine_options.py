"""Facts about options: held against answers of AWS's DescribeOptionGroupOptions that moto has on record."""

from __future__ import annotations

import gzip
import json
import re
from importlib.resources import files
from typing import Any

import pytest

from rds_secure.engines import (
    ENGINES,
    WITHOUT_OPTIONS,
    option_group_fits,
    option_group_version,
    option_notes,
    option_of,
    options_named,
    same_setting,
)
from rds_secure.engines.option import OPTIONS

RECORDED = files("moto.rds") / "resources" / "option_group_options"


def recorded(engine: str) -> list[dict[str, Any]]:
    """What AWS answered for an engine, all versions; nothing where no answer was kept."""
    file = RECORDED / f"{engine}.json.gz"
    found = json.loads(gzip.decompress(file.read_bytes())) if file.is_file() else []
    return [row for row in found if row["MajorEngineVersion"] != "11.2"]  # of Oracle, long gone: other ports


ROWS = [(engine, row) for engine in ENGINES for row in recorded(engine) if option_of(engine, row["Name"])]
KNOWN = {(engine, row["Name"], row["MajorEngineVersion"]) for engine, row in ROWS}


def test_there_are_records_to_hold_the_table_against() -> None:
    assert len(ROWS) > 100
    assert {name for _, name, _ in KNOWN} == {option.name for option in OPTIONS}


def test_what_aws_offers_the_table_does_not_deny() -> None:
    for engine, row in ROWS:
        option = option_of(engine, row["Name"])
        version = row["MajorEngineVersion"]
        assert option is not None
        assert option.serves(engine, version), (engine, row["Name"], version)
        assert option.port == row.get("DefaultPort"), row
        assert (option.port is not None) is row["PortRequired"], row
        assert (option.persistent, option.permanent) == (row["Persistent"], row["Permanent"]), row
        assert option.excludes == set(row["OptionsConflictsWith"]), row
        settings = {item["SettingName"]: item for item in row["OptionGroupOptionSettings"]}
        for name, value in option.settings.items():
            assert name in settings
            assert settings[name]["IsModifiable"]
            assert value in settings[name]["AllowedValues"] or set(value.split(",")) <= set(
                settings[name]["AllowedValues"].split(",")
            )
            assert not same_setting(value, settings[name]["DefaultValue"]), "AWS's default is as good"


@pytest.mark.parametrize("name", ["TDE", "SSL", "NATIVE_NETWORK_ENCRYPTION", "MEMCACHED"])
def test_what_matters_for_security_is_not_claimed_where_aws_does_not_offer_it(name: str) -> None:
    """RDS-9, RDS-21."""
    for engine in ENGINES:
        for version in {row["MajorEngineVersion"] for row in recorded(engine)}:
            option = option_of(engine, name)
            claimed = option is not None and option.serves(engine, version)
            assert claimed is ((engine, name, version) in KNOWN), f"{engine} {version}"


def test_postgres_has_no_options() -> None:
    assert recorded("postgres") == []
    assert {"postgres"} == WITHOUT_OPTIONS


def test_options_that_exclude_each_other_say_so_of_each_other() -> None:
    for option in OPTIONS:
        for other in option.excludes:
            assert all(option.name in item.excludes for item in options_named(other))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tde", "TDE"),
        ("TimeZone", "Timezone"),
        ("native-network-encryption", "NATIVE_NETWORK_ENCRYPTION"),
        ("MARIADB-AUDIT_PLUGIN", "MARIADB_AUDIT_PLUGIN"),
    ],
)
def test_an_option_is_meant_whatever_its_spelling(written: str, meant: str) -> None:
    assert {option.name for option in options_named(written)} == {meant}


@pytest.mark.parametrize(
    ("engine", "version", "expected"),
    [
        ("sqlserver-se", "15.00.4445.1.v1", "15.00"),
        ("sqlserver-se", "15.0", "15.00"),
        ("oracle-ee", "19.0.0.0.ru-2025-10.rur-2025-10.r1", "19"),
        ("mysql", "8.0.43", "8.0"),
        ("postgres", "16.4", "16"),
        ("db2-se", "11.5.9.0", "11.5"),
        ("mysql", "8", None),
        ("informix", "14", None),
    ],
)
def test_versions_as_option_groups_name_them(engine: str, version: str, expected: str | None) -> None:
    assert option_group_version(engine, version) == expected


def test_versions_on_record_are_named_so() -> None:
    for engine in ENGINES:
        for row in recorded(engine):
            assert option_group_version(engine, row["MajorEngineVersion"]) == row["MajorEngineVersion"]


def test_a_group_fits_its_engine_and_version_and_what_cannot_be_told() -> None:
    """RDS-9."""
    assert option_group_fits("sqlserver-se", "15.00.4445.1.v1", "sqlserver-se", "15.00")
    assert not option_group_fits("sqlserver-se", "16.00", "sqlserver-se", "15.00")
    assert not option_group_fits("sqlserver-ee", "15.00", "sqlserver-se", "15.00")
    assert option_group_fits("oracle-ee", "", "oracle-ee", "19")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("REQUIRED", "required", True),
        ("AES256,AES192", "AES256, AES192", True),
        ("AES256,AES192", "AES192,AES256", False),
        (None, None, True),
        (None, "", False),
    ],
)
def test_settings_that_mean_the_same(one: str | None, other: str | None, same: bool) -> None:
    assert same_setting(one, other) is same


def test_no_note_says_that_anything_is_encrypted_rds_20() -> None:
    for option in OPTIONS:
        for engine in option.since:
            text = " ".join(option_notes(engine, option.name, {}))
            assert not re.search(r"\b(is|are) encrypted\b", text)
            assert ("TDE is available" in text) is (option.name == "TDE")
