"""What calls of IAM leave in the details of an account. Users, groups and roles; `iam_policies` has the policies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from rds_secure.inventory.effects.call import Call, Effect, document, tagged, untagged
from rds_secure.inventory.ledger import Ledger, Listing
from rds_secure.inventory.model import Reply

_DETAILS = ("iam", "GetAccountAuthorizationDetails")
USERS = Listing(*_DETAILS, "UserDetailList", "UserName")
GROUPS = Listing(*_DETAILS, "GroupDetailList", "GroupName")
ROLES = Listing(*_DETAILS, "RoleDetailList", "RoleName")
POLICIES = Listing(*_DETAILS, "Policies", "Arn")

HOLDERS: Mapping[str, Listing] = {"User": USERS, "Group": GROUPS, "Role": ROLES}
"""How the actions call those that may hold policies."""


def _created(word: str, ledger: Ledger, call: Call) -> Reply:
    """A user, group or role without policies."""
    name, path = call[f"{word}Name"], call.get("Path", "/")
    item: dict[str, Any] = {
        "Path": path,
        f"{word}Name": name,
        f"{word}Id": call.token(),
        "Arn": call.arn("iam", f"{word.lower()}{path}{name}", regional=False),
        "AttachedManagedPolicies": [],
        f"{word}PolicyList": [],
    }
    if word != "Group":
        item["Tags"] = call.tags
    if word == "User":
        item["GroupList"] = []
    if word == "Role":
        item |= {"InstanceProfileList": [], "AssumeRolePolicyDocument": document(call["AssumeRolePolicyDocument"])}
    if call.get("PermissionsBoundary"):
        item["PermissionsBoundary"] = _boundary(call)
        take_in(ledger, call["PermissionsBoundary"])
    ledger.add(HOLDERS[word], item)
    return {word: item}


def _deleted(word: str, ledger: Ledger, call: Call) -> Reply:
    ledger.drop(HOLDERS[word], call[f"{word}Name"])
    return {}


def _holder(word: str, ledger: Ledger, call: Call) -> dict[str, Any]:
    """The one that a call is about; an empty one where it is not in sight."""
    return ledger.edit(HOLDERS[word], call[f"{word}Name"]) or {}


def _boundary(call: Call) -> dict[str, str]:
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": call["PermissionsBoundary"]}


def take_in(ledger: Ledger, arn: str) -> None:
    """A policy that somebody has from now on is among the account's details, if it was read by itself before."""
    policy = (ledger.reply("iam", "GetPolicy", arn) or {}).get("Policy")
    if policy is None or ledger.look(POLICIES, arn) is not None:
        return
    version = ledger.reply("iam", "GetPolicyVersion", f"{arn} {policy['DefaultVersionId']}")
    if version:
        ledger.add(POLICIES, {**policy, "PolicyVersionList": [version["PolicyVersion"]]})


def _bounded(word: str, ledger: Ledger, call: Call) -> Reply:
    _holder(word, ledger, call)["PermissionsBoundary"] = _boundary(call)
    take_in(ledger, call["PermissionsBoundary"])
    return {}


def _unbounded(word: str, ledger: Ledger, call: Call) -> Reply:
    _holder(word, ledger, call).pop("PermissionsBoundary", None)
    return {}


def _tagged(word: str, ledger: Ledger, call: Call) -> Reply:
    item = _holder(word, ledger, call)
    item["Tags"] = tagged(item.get("Tags", ()), call.tags)
    return {}


def _untagged(word: str, ledger: Ledger, call: Call) -> Reply:
    item = _holder(word, ledger, call)
    item["Tags"] = untagged(item.get("Tags", ()), call["TagKeys"])
    return {}


def _trusted(ledger: Ledger, call: Call) -> Reply:
    _holder("Role", ledger, call)["AssumeRolePolicyDocument"] = document(call["PolicyDocument"])
    return {}


def _joined(ledger: Ledger, call: Call) -> Reply:
    """Members are told by the groups of each user."""
    groups = _holder("User", ledger, call).setdefault("GroupList", [])
    if call["GroupName"] not in groups:
        groups.append(call["GroupName"])
    return {}


def _left(ledger: Ledger, call: Call) -> Reply:
    user = _holder("User", ledger, call)
    user["GroupList"] = [name for name in user.get("GroupList", ()) if name.lower() != call["GroupName"].lower()]
    return {}


def _moved(ledger: Ledger, call: Call) -> Reply:
    """Another path is another ARN, and another name one that its members have to be told by."""
    group = _holder("Group", ledger, call)
    name = call.get("NewGroupName", group.get("GroupName", call["GroupName"]))
    path = call.get("NewPath", group.get("Path", "/"))
    arn = call.arn("iam", f"group{path}{name}", regional=False)
    group |= {"GroupName": name, "Path": path, "Arn": arn}
    if name != call["GroupName"]:
        for user in [
            user["UserName"] for user in ledger.items(USERS) if call["GroupName"] in user.get("GroupList", ())
        ]:
            item = ledger.edit(USERS, user) or {}
            item["GroupList"] = [name if each == call["GroupName"] else each for each in item["GroupList"]]
    ledger.put("iam", "GetGroup", call["GroupName"], {"Group": {"GroupName": name, "Arn": arn, "Path": path}})
    return {}


# Instance profiles, which are told by the roles in them


def _profiled(ledger: Ledger, call: Call) -> Reply:
    name, path = call["InstanceProfileName"], call.get("Path", "/")
    ledger.aside["instance profile", name] = {
        "Path": path,
        "InstanceProfileName": name,
        "InstanceProfileId": call.token("profile"),
        "Arn": call.arn("iam", f"instance-profile{path}{name}", regional=False),
    }
    return {}


def _handed(ledger: Ledger, call: Call) -> Reply:
    name = call["InstanceProfileName"]
    profile = ledger.aside.get(("instance profile", name), {"InstanceProfileName": name})
    profiles = _holder("Role", ledger, call).setdefault("InstanceProfileList", [])
    if all(each["InstanceProfileName"] != name for each in profiles):
        profiles.append(dict(profile))
    return {}


def _unhanded(ledger: Ledger, call: Call) -> Reply:
    role, name = _holder("Role", ledger, call), call["InstanceProfileName"]
    for profile in role.get("InstanceProfileList", ()):
        if profile["InstanceProfileName"] == name:
            ledger.aside["instance profile", name] = profile
    role["InstanceProfileList"] = [
        profile for profile in role.get("InstanceProfileList", ()) if profile["InstanceProfileName"] != name
    ]
    return {}


def _unprofiled(ledger: Ledger, call: Call) -> Reply:
    ledger.aside.pop(("instance profile", call["InstanceProfileName"]), None)
    return {}


EFFECTS: Mapping[str, Effect] = {
    **{f"Create{word}": partial(_created, word) for word in HOLDERS},
    **{f"Delete{word}": partial(_deleted, word) for word in HOLDERS},
    **{f"Put{word}PermissionsBoundary": partial(_bounded, word) for word in ("User", "Role")},
    **{f"Delete{word}PermissionsBoundary": partial(_unbounded, word) for word in ("User", "Role")},
    **{f"Tag{word}": partial(_tagged, word) for word in ("User", "Role")},
    **{f"Untag{word}": partial(_untagged, word) for word in ("User", "Role")},
    "UpdateAssumeRolePolicy": _trusted,
    "AddUserToGroup": _joined,
    "RemoveUserFromGroup": _left,
    "UpdateGroup": _moved,
    "CreateInstanceProfile": _profiled,
    "AddRoleToInstanceProfile": _handed,
    "RemoveRoleFromInstanceProfile": _unhanded,
    "DeleteInstanceProfile": _unprofiled,
}
