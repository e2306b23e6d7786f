"""The calls that make, change and delete an option group, and the wait until its databases follow."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rds_secure import tagging
from rds_secure.kind import Change, Live, Resource
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.resources.option_group.spec import Option, OptionGroupSpec
from rds_secure.values import Ref, Value

_ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/.+")
_NEW_ROLE = Retry("InvalidParameterValue", "IAM role ARN value is invalid")
"""RDS does not see a role, or what it may, at once (IAM-1); the message is that of Terraform's aws provider."""

_CHANGING = Retry("InvalidOptionGroupStateFault")
"""It takes no change while another one goes on; a user that is gone, or has another group, holds it for a moment."""


def create(resource: Resource[OptionGroupSpec]) -> tuple[Operation, ...]:
    """The group, then its options."""
    spec = resource.spec
    made = Operation(
        service="rds",
        action="CreateOptionGroup",
        params={
            "OptionGroupName": resource.name,
            "EngineName": spec.engine,
            "MajorEngineVersion": spec.major_version,
            "OptionGroupDescription": spec.description,
            "Tags": tagging.pairs(resource.tags),
        },
        summary=f"create option group {resource.name}",
        exports={"name": "OptionGroup.OptionGroupName", "arn": "OptionGroup.OptionGroupArn"},
        also=("rds:AddTagsToResource",),
    )
    if not spec.options:
        return (made,)
    summary = f"add {', '.join(sorted(spec.options))}"
    return (made, _modify(resource.name, spec.options.items(), (), summary, now=True))  # nobody uses it yet


def update(change: Change[OptionGroupSpec]) -> tuple[Operation, ...]:
    """One call for all options: what excludes another one comes as that one goes."""
    spec, name = change.resource.spec, change.live.name
    wanted = [(item.member, spec.options[item.member]) for item in change.members("options") if item.new is not None]
    dropped = tuple(item.member for item in change.members("options") if item.new is None)
    said = [f"set {', '.join(option for option, _ in wanted)}"] if wanted else []
    said += [f"remove {', '.join(dropped)}"] if dropped else []
    now = spec.when == "now"
    return (_modify(name, wanted, dropped, " and ".join(said), now=now, wait=_in_effect(name, now=now)),)


def delete(live: Live[OptionGroupSpec]) -> tuple[Operation, ...]:
    """The group; AWS refuses while a database or a backup uses it (RDS-10)."""
    return (
        Operation(
            service="rds",
            action="DeleteOptionGroup",
            params={"OptionGroupName": live.name},
            summary=f"delete option group {live.name}",
            retry_on=(_CHANGING,),
            done_on=("OptionGroupNotFoundFault",),
            destructive=True,
        ),
    )


def _modify(
    name: str,
    wanted: Iterable[tuple[str, Option]],
    dropped: tuple[str, ...],
    summary: str,
    *,
    now: bool,
    wait: Wait | None = None,
) -> Operation:
    included = tuple(_configuration(option, fields) for option, fields in sorted(wanted, key=lambda item: item[0]))
    params: dict[str, Value] = {"OptionGroupName": name, "ApplyImmediately": now}
    params |= {"OptionsToInclude": included} if included else {}
    params |= {"OptionsToRemove": dropped} if dropped else {}
    with_role = any(_is_role(setting["Value"]) for item in included for setting in item.get("OptionSettings", ()))
    return Operation(
        service="rds",
        action="ModifyOptionGroup",
        params=params,
        summary=summary,
        wait=wait,
        retry_on=(_CHANGING, _NEW_ROLE) if with_role else (_CHANGING,),
        also=("iam:PassRole",) if with_role else (),  # ANY-4
    )


def _configuration(name: str, option: Option) -> dict[str, Value]:
    """All that is wanted of an option: AWS wants ports and security groups with every change of it."""
    parts: dict[str, Value] = {
        "OptionVersion": option.version,
        "Port": option.port,
        "VpcSecurityGroupMemberships": tuple(option.security_groups),
        "OptionSettings": tuple({"Name": key, "Value": option.settings[key]} for key in sorted(option.settings)),
    }
    return {"OptionName": name, **{key: value for key, value in parts.items() if value not in (None, ())}}


def _is_role(value: Value) -> bool:
    return isinstance(value, Ref) or bool(_ROLE.fullmatch(str(value)))


_USED = "the option group, at the databases that have it,"


def _in_effect(name: str, *, now: bool) -> Wait:
    """Until every database that has the group has its options, or has them parked for its window."""
    parked = (
        () if now else tuple(f"pending{part}-{end}" for part in ("", "-maintenance") for end in ("apply", "removal"))
    )
    status = f"[].OptionGroupMemberships[?OptionGroupName=='{name.lower()}'].Status[]"
    return Wait(
        service="rds",
        action="DescribeDBInstances",
        params={},
        select="DBInstances",
        until=(Condition(status, ("in-sync", *parked), _USED),),
        fail=(Condition(status, ("failed",), _USED),),
        timeout=3 * 3600,
        interval=15,
    )
