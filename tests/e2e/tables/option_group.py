"""Option groups, of Oracle: it has options with settings, ports, versions, and such that never leave."""

from __future__ import annotations

from typing import Any

from tests.e2e.looks import Client, named
from tests.e2e.tables.bench import Bench, Changed, Drifted, Noted, Refused

GROUP = "orders-19"
ARN = f"arn:aws:rds:us-east-1:123456789012:og:{GROUP}"
NNE = "NATIVE_NETWORK_ENCRYPTION"
TYPES = "SQLNET.ENCRYPTION_TYPES_SERVER"
FORCED = {"SQLNET.ENCRYPTION_SERVER": "REQUIRED", TYPES: "AES256,AES192"}
APP_1, APP_2 = ({"tag": {"Name": name}} for name in ("app-1", "app-2"))


def ssl(**fields: Any) -> dict[str, Any]:
    return {"options": {"SSL": {"security_groups": APP_1, **fields}}}


def agent(version: str) -> dict[str, Any]:
    return {"options": {"OEM_AGENT": {"security_groups": APP_1, "version": version}}}


def create(client: Client, name: str = GROUP) -> None:
    client("rds").create_option_group(
        OptionGroupName=name, EngineName="oracle-ee", MajorEngineVersion="19", OptionGroupDescription="mine"
    )


def include(client: Client, option: str, **fields: Any) -> None:
    client("rds").modify_option_group(
        OptionGroupName=GROUP, OptionsToInclude=[{"OptionName": option, **fields}], ApplyImmediately=True
    )


def set_(client: Client, option: str, name: str, value: str) -> None:
    include(client, option, OptionSettings=[{"Name": name, "Value": value}])


def remove(client: Client, option: str) -> None:
    client("rds").modify_option_group(OptionGroupName=GROUP, OptionsToRemove=[option], ApplyImmediately=True)


BENCH = Bench(
    kind="option_group",
    name=GROUP,
    base={"engine": "oracle-ee", "major_version": "19"},
    changes=(
        Changed(
            field="options",
            fields={"options": {NNE: {}}},
            sees={f"options.{NNE}.settings": FORCED},
        ),
        Changed(
            field="options",
            note="one-excludes-the-other",
            given=ssl(),
            fields={"options": {NNE: {}}, "when": "now"},
            sees={"keys(options)": [NNE]},
        ),
        Changed(field="options", note="taken-out", given=ssl(), fields={"options": {}}, sees={"options": {}}),
        Changed(
            field="options.settings",
            given={"options": {NNE: {}}},
            fields={"options": {NNE: {"settings": {TYPES: "AES256"}}}},
            sees={f"options.{NNE}.settings": {**FORCED, TYPES: "AES256"}},
            path="options",
        ),
        Changed(
            field="options.port",
            given=ssl(),
            fields=ssl(port=2500),
            sees={"options.SSL.port": 2500},
            path="options",
        ),
        Changed(
            field="options.security_groups",
            given=ssl(),
            fields=ssl(security_groups=[APP_1, APP_2]),
            sees={
                "options.SSL.security_groups": lambda client: sorted(
                    named(client, "security_group", name) for name in ("app-1", "app-2")
                )
            },
            path="options",
        ),
        Changed(
            field="options.version",
            given=agent("13.5.0.0.v2"),
            fields=agent("13.5.0.0.v3"),
            sees={"options.OEM_AGENT.version": "13.5.0.0.v3"},
            path="options",
        ),
        Changed(field="tags", fields={"tags": {"team": "payments"}}, sees={"tags.team": "payments"}),
    ),
    drifts=(
        Drifted(
            field="options",
            note="clear-text-possible",
            given={"options": {NNE: {}}},
            mutate=lambda client: set_(client, NNE, "SQLNET.ENCRYPTION_SERVER", "ACCEPTED"),
            restores=("options",),
        ),
        Drifted(
            field="options",
            note="removed-by-others",
            given=ssl(),
            mutate=lambda client: remove(client, "SSL"),
            restores=("options",),
        ),
        Drifted(
            field="options",
            note="added-by-others",
            mutate=lambda client: include(client, "STATSPACK"),
            restores=("options",),
        ),
        Drifted(
            field="options",
            note="opened-by-others",
            given=ssl(),
            mutate=lambda client: include(
                client,
                "SSL",
                VpcSecurityGroupMemberships=[named(client, "security_group", name) for name in ("app-1", "bastion")],
            ),
            restores=("options",),
        ),
        Drifted(
            field="tags",
            given={"tags": {"team": "payments"}},
            mutate=lambda client: client("rds").remove_tags_from_resource(ResourceName=ARN, TagKeys=["team"]),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(field="engine", fields={"engine": "oracle-se2"}),
        Refused(field="major_version", given={"name": GROUP}, fields={"major_version": "21"}),
        Refused(
            field="options",
            note="permanent",
            given={"options": {"TDE": {}, NNE: {}}},
            fields={"options": {NNE: {}}},
            says="option_group.orders.options cannot change as things are",
        ),
    ),
    noted=(Noted(field="description", fields={"description": "for orders"}, stays="OptionGroupDescription"),),
    stranger=create,
)
