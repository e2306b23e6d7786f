"""The instance profile of a role, through which EC2 instances have it: one of the role's own name, with its tags.

A profile of another name, or one that carries other tags, is somebody else's: it is never changed. Whether instances
use a profile is not looked at: EC2 would have to be asked in every region.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rds_secure import ownership, tagging
from rds_secure.iam.attachments import NEW
from rds_secure.iam.principals import GONE
from rds_secure.kind import Complaint, Reader
from rds_secure.operation import Operation, Retry

READ_ACTIONS = ("iam:GetInstanceProfile",)

_MARKS = (ownership.STACK, ownership.ADDRESS, ownership.HOME)
"""The tags that say whose a profile is. What was last applied is told by the role's."""

_LOSS = "EC2 instances that have it lose the role"


@dataclass(frozen=True, slots=True)
class Profiles:
    """The instance profiles around a role: whether its own exists, the roles in that, and others that hold the role."""

    exists: bool
    roles: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def facts(self) -> Mapping[str, Any]:
        """What operations need."""
        return {"profile": {"exists": self.exists, "roles": self.roles}, "instance_profiles": self.others}


def profiles(reader: Reader, detail: Mapping[str, Any], *, wanted: bool) -> Profiles:
    """The profiles around a role. The details name those that hold it, but only one call each shows tags (IAM-6).

    Without ``wanted``, where a spec says that it has none, one of its name that does not hold it is not looked for.
    """
    name, tags = detail["RoleName"], tagging.mapping(detail.get("Tags"))
    holding = sorted(item["InstanceProfileName"] for item in detail.get("InstanceProfileList", ()))
    found = _named(reader, name) if wanted or name in holding else None
    is_own = found is not None and _is_of(found, tags)
    return Profiles(
        exists=is_own,
        roles=tuple(sorted(role["RoleName"] for role in found["Roles"])) if found and is_own else (),
        others=tuple(item for item in holding if not (is_own and item == name)),
    )


def verify_profile(reader: Reader, name: str, tags: Mapping[str, str]) -> Iterator[Complaint]:
    """A profile of the role's name that is not the role's."""
    found = _named(reader, name)
    if found is None or _is_of(found, tags):
        return
    stack = tagging.mapping(found.get("Tags")).get(ownership.STACK)
    whose = f"stack {stack!r}" if stack else "no stack"
    said = f"instance profile {name} exists already and belongs to {whose}"
    yield Complaint(("instance_profile",), said, "give the role another name, or remove that profile")


def made(name: str, path: str, tags: Mapping[str, str]) -> tuple[Operation, ...]:
    """The calls for a role without a profile of its own."""
    create = Operation(
        service="iam",
        action="CreateInstanceProfile",
        params={"InstanceProfileName": name, "Path": path, "Tags": tagging.pairs(_marks(tags))},
        summary=f"create instance profile {name}",
        done_on=("EntityAlreadyExists",),  # the role's own: any other was refused before
        also=("iam:TagInstanceProfile",),
    )
    return (create, _added(name))


def restored(name: str, path: str, tags: Mapping[str, str], live: Mapping[str, Any]) -> tuple[Operation, ...]:
    """The calls that put a role into its own profile again; another role that is in there leaves it."""
    if not live["exists"]:
        return made(name, path, tags)
    return (*(_removed(name, role) for role in live["roles"] if role != name), _added(name))


def gone(name: str, live: Mapping[str, Any]) -> tuple[Operation, ...]:
    """The calls that delete a role's own profile, if there is one: roles leave it first (IAM-5)."""
    if not live["exists"]:
        return ()
    delete = Operation(
        service="iam",
        action="DeleteInstanceProfile",
        params={"InstanceProfileName": name},
        summary=f"delete instance profile {name}: {_LOSS}",
        retry_on=(Retry("DeleteConflict"),),  # IAM-1: not seen everywhere yet that the role has left
        done_on=GONE,
        destructive=True,
    )
    return (*(_removed(name, role) for role in live["roles"]), delete)


def _named(reader: Reader, name: str) -> Mapping[str, Any] | None:
    reply = reader.call("iam", "GetInstanceProfile", {"InstanceProfileName": name}, absent=GONE)
    return reply["InstanceProfile"] if reply else None


def _is_of(profile: Mapping[str, Any], tags: Mapping[str, str]) -> bool:
    """Whether a profile carries the marks of the role with these tags."""
    wanted = _marks(tags)
    return bool(wanted) and _marks(tagging.mapping(profile.get("Tags"))) == wanted


def _marks(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: tags[key] for key in _MARKS if key in tags}


def _added(name: str) -> Operation:
    return Operation(
        service="iam",
        action="AddRoleToInstanceProfile",
        params={"InstanceProfileName": name, "RoleName": name},
        summary=f"put the role into instance profile {name}",
        retry_on=NEW,
        done_on=("LimitExceeded",),  # a repetition: a profile holds one role, and any other has left it
        also=("iam:PassRole",),
    )


def _removed(name: str, role: str) -> Operation:
    return Operation(
        service="iam",
        action="RemoveRoleFromInstanceProfile",
        params={"InstanceProfileName": name, "RoleName": role},
        summary=f"take role {role} out of instance profile {name}",
        done_on=GONE,
    )
