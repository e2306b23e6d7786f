"""What an API call acts on, as IAM sees it: actions and their ARNs, as far as they are known. Policies: `permissions`.

The facts are those of AWS's Service Authorization Reference (a test holds them against a part of it): which types of
resources an action takes, and what else a call needs (ANY-4). Where the name of a thing follows from the call, so does
its ARN; an ARN with a ``*`` or ``?`` in it is not known yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from rds_secure import ownership
from rds_secure.kind import Scope
from rds_secure.operation import Operation
from rds_secure.plan import actions
from rds_secure.values import Address, Ref, leaves, secrets

ANY = "*"
"""The resource of actions that take none."""

_STACK_TAG = f"aws:ResourceTag/{ownership.STACK}"

_RDS: Mapping[str, str] = {
    "DBInstanceIdentifier": "db",
    "DBClusterIdentifier": "cluster",
    "SourceDBInstanceIdentifier": "db",
    "DBParameterGroupName": "pg",
    "DBInstanceParameterGroupName": "pg",
    "DBClusterParameterGroupName": "cluster-pg",
    "OptionGroupName": "og",
    "DBSubnetGroupName": "subgrp",
    "SubscriptionName": "es",
    "DBSnapshotIdentifier": "snapshot",
    "DBClusterSnapshotIdentifier": "cluster-snapshot",
    "SourceDBSnapshotIdentifier": "snapshot",
    "TargetDBSnapshotIdentifier": "snapshot",
    "NewDBInstanceIdentifier": "db",
}
"""Parameter of RDS → the type in the ARN of what it names."""

_DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "CreateDBInstance": ("og", "pg", "subgrp"),
    "CreateDBInstanceReadReplica": ("og", "pg", "subgrp"),
    "CreateDBCluster": ("cluster-pg", "og", "subgrp"),
    "RestoreDBInstanceFromDBSnapshot": ("og", "pg", "subgrp"),
}
"""Types of which AWS takes a default where none is named, and asks for that (RDS User Guide, policy examples)."""

_MADE: Mapping[str, str] = {
    "CreateDBSnapshot": "DBSnapshotIdentifier",
    "CopyDBSnapshot": "TargetDBSnapshotIdentifier",
}
"""The parameter that names what a call makes and tags, where another one of `_RDS` stands before it."""

_TARGETS = ("ModifyDBProxyTargetGroup", "RegisterDBProxyTargets")
"""Calls about a proxy that are asked for its target group alone."""

_IAM = (
    ("InstanceProfile", "instance-profile", "InstanceProfileName"),
    ("Group", "group", "GroupName"),
    ("User", "user", "UserName"),
    ("Role", "role", "RoleName"),
    ("Policy", "policy", "PolicyName"),
)
"""The first of these words in an action tells the type of resource that it takes, and the parameter that names it."""

_KEYS = ("KeyId", "TargetKeyId", "KmsKeyId", "MasterUserSecretKmsKeyId", "PerformanceInsightsKMSKeyId")
_IS_ROLE = re.compile(r"arn:[^:]+:iam::\d*:role/")
_LINKED = {"kms": "mrk.kms"}
"""The service of a service-linked role, where it is not named as the call's (KMS: replicas of multi-region keys)."""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """An IAM action on one ARN, under conditions: pairs of a key and the text that it equals."""

    action: str
    arn: str = ANY
    conditions: tuple[tuple[str, str], ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether it is known what it is asked for: a name, or nothing because the action takes no resource."""
        return self.arn == ANY or not ({*self.arn} & {"*", "?"})


def rights(address: Address, operation: Operation, scope: Scope) -> Iterator[Right]:
    """Everything that a call needs: its own action, those that AWS asks for beside it, and what its wait polls."""
    call = _Call(address, operation, scope)
    for action in (actions.name(operation.service, operation.action), *operation.also):
        yield from sorted(call.right(action))
    if operation.wait:
        yield Right(actions.name(operation.wait.service, operation.wait.action))


class _Call:
    """One call, and what each action that it needs is asked for."""

    def __init__(self, address: Address, operation: Operation, scope: Scope) -> None:
        self.operation, self.scope = operation, scope
        self.params = operation.params
        self.own = scope.known.get(Ref(address, "arn"))
        self._services: Mapping[str, Callable[[str], Iterable[Right | str]]] = {
            "ec2": self._ec2,
            "iam": self._iam,
            "kms": self._kms,
            "rds": self._rds,
            "secretsmanager": self._secretsmanager,
            "securityhub": lambda _: [self._arn("securityhub", "hub/default")],
            "ssm": lambda _: [self._parameter(name) for name in self._texts("Name", "ResourceId")],
        }

    def right(self, action: str) -> set[Right]:
        """The action on each ARN; on ``*`` where it takes none."""
        service, _, name = action.partition(":")
        found = [] if _only_reads(name) else list(self._services[service](name))
        return {item if isinstance(item, Right) else Right(action, item) for item in found or [ANY]}

    def _texts(self, *params: str) -> list[str]:
        """The values of these parameters, those that are there; ``*`` for one that only apply will tell."""
        given = (self.params[name] for name in params if self.params.get(name) is not None)
        values = (item for value in given for item in (value if isinstance(value, tuple) else (value,)))
        return [value if isinstance(value, str) else ANY for value in map(self.scope.resolve, values)]

    def _arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        return self.scope.arn(service, resource, regional=regional)

    # RDS

    def _rds(self, action: str) -> Iterator[str]:
        if action == "CreateDBProxy":
            return
        made = {"CreateDBSnapshot": "snapshot", "CreateDBClusterSnapshot": "cluster-snapshot"}.get(action)
        if action == "AddTagsToResource" and "ResourceName" not in self.params:
            yield from self._tagged()
        elif action == self.operation.action or made:
            yield from self._named(action)
            final = made or ("cluster-snapshot" if action == "DeleteDBCluster" else "")
            yield from (self._typed(final, name) for name in self._texts("FinalDBSnapshotIdentifier") if final)
        else:  # the instances of a Multi-AZ cluster, which RDS names after it
            yield from (self._typed("db", f"{name}-instance-*") for name in self._texts("DBClusterIdentifier"))

    def _named(self, action: str) -> Iterator[str]:
        if "DBProxyName" in self.params and action not in _TARGETS:
            yield self.own or self._typed("db-proxy", ANY)  # its ARN has an id in the place of the name
        if "TargetGroupName" in self.params:
            yield self._typed("target-group", ANY)
        named = self._texts("ResourceName", "ResourceArn", "ResourceIdentifier")
        yield from (self.own or self._typed(ANY, ANY) if arn == ANY else arn for arn in named)
        given = [(kind, name) for param, kind in _RDS.items() for name in self._texts(param)]
        yield from (self._typed(kind, name) for kind, name in given)
        yield from self._texts("SourceDBInstanceArn")
        if action == "StartDBInstanceAutomatedBackupsReplication":  # what it makes, in the region that it is called in
            there = replace(self.scope, region=self.operation.region or self.scope.region)
            yield there.arn("rds", "auto-backup:*")
        missing = (kind for kind in _DEFAULTS.get(action, ()) if kind not in dict(given))
        yield from (self._typed(kind, "default*") for kind in missing)

    def _tagged(self) -> Iterator[str]:
        """What a call tags as it makes it: a final snapshot, or what it is named for."""
        final = self._texts("FinalDBSnapshotIdentifier")
        kind = "cluster-snapshot" if "Cluster" in self.operation.action else "snapshot"
        if final or "DBProxyName" in self.params:
            yield from [self._typed(kind, name) for name in final] or [self._typed("db-proxy", ANY)]
            return
        made = _MADE.get(self.operation.action)
        named = [self._typed(_RDS[param], name) for param in ([made] if made else _RDS) for name in self._texts(param)]
        yield from named[:1]

    def _typed(self, kind: str, name: str) -> str:
        return name if name.startswith("arn:") else self._arn("rds", f"{kind}:{name}")

    # IAM

    def _iam(self, action: str) -> Iterator[str]:
        if action == "CreateServiceLinkedRole":
            service = _LINKED.get(self.operation.service, self.operation.service)
            yield self._arn("iam", f"role/aws-service-role/{service}.amazonaws.com/*", regional=False)
            return
        kind, param = next((kind, param) for word, kind, param in _IAM if word in action)
        if action == "PassRole":
            found = list(self._passed())
            yield from found or self._by_name("role", ANY)[:1]
        elif "Path" in self.params:
            path = self._texts("Path")[0]
            yield from (self._arn("iam", f"{kind}{path}{name}", regional=False) for name in self._texts(param))
        elif kind == "policy" and "PolicyArn" in self.params:
            arns = self._texts("PolicyArn")
            yield from (self._arn("iam", "policy/*", regional=False) if arn == ANY else arn for arn in arns)
        else:
            yield from (arn for name in self._texts(param) for arn in self._by_name(kind, name))
            # What gets another path is asked for at both.
            moved = ((path, name) for path in self._texts("NewPath") for name in self._texts(param))
            yield from (self._arn("iam", f"{kind}{path}{name}", regional=False) for path, name in moved)

    def _passed(self) -> Iterator[str]:
        named = (name for name in self._texts("RoleName", "DomainIAMRoleName"))
        yield from (arn for name in named for arn in self._by_name("role", name))
        values = (self.scope.resolve(leaf) for _, leaf in leaves(self.params))
        yield from (value for value in values if isinstance(value, str) and _IS_ROLE.match(value))

    def _by_name(self, kind: str, name: str) -> list[str]:
        """Its ARN; where its path is not known, that without one, and those with any."""
        ends = (f":{kind}/{name}", f"/{name}")
        known = {arn for arn in self.scope.known.values() if f":{kind}/" in arn and arn.endswith(ends)}
        return sorted(known) or [self._arn("iam", f"{kind}/{way}{name}", regional=False) for way in ("", "*/")]

    # Keys, secrets, parameters

    def _kms(self, action: str) -> Iterator[Right | str]:
        if action == "CreateKey":
            return
        if action.endswith("Alias"):
            yield from (self._arn("kms", name) for name in self._texts("AliasName"))
            # It is asked for the key that has the alias so far, too.
            yield from [self.own or self._key(ANY)] if action == "DeleteAlias" else []
            yield from [self._key(ANY)] if action == "UpdateAlias" else []
        keys = {self._key(value) for value in self._texts(*_KEYS)}
        stored = action == "Decrypt" and any(item.source == "secret" for item in secrets(self.params))
        if (self.operation.service == "secretsmanager" and not keys) or stored:
            # Whatever key the secret is under: but by way of Secrets Manager alone.
            via = f"secretsmanager.{self.scope.region}.amazonaws.com{'.cn' if self.scope.partition == 'aws-cn' else ''}"
            yield Right(f"kms:{action}", self._key(ANY), (("kms:ViaService", via),))
        elif not keys and not action.endswith("Alias"):
            keys = {self._key(ANY)}
        yield from keys

    def _key(self, value: str) -> str:
        """No condition on tags where it is unknown: they count for KMS only minutes after they are set."""
        if value.startswith("arn:") and ":alias/" not in value:
            return value
        return self._arn("kms", f"key/{ANY if 'alias/' in value else value}")

    def _secretsmanager(self, action: str) -> list[str]:
        named = [item.name for item in secrets(self.params) if item.source == "secret"]
        names = named if action == "GetSecretValue" else self._texts("SecretId", "Name")
        # A random end of six characters is part of the ARN; RDS names the secrets of its passwords rds!….
        ours = [name if name.startswith("arn:") else self._secret(f"{name}-??????") for name in names]
        return ours if self.operation.service == "secretsmanager" or named else [self._secret("rds!*")]

    def _secret(self, name: str) -> str:
        return self._arn("secretsmanager", f"secret:{name}")

    def _parameter(self, name: str) -> str:
        return name if name.startswith("arn:") else self._arn("ssm", f"parameter/{name.removeprefix('/')}")

    # EC2

    def _ec2(self, action: str) -> Iterator[Right | str]:
        right = f"ec2:{action}"
        if action == "CreateTags" and action != self.operation.action:
            what = "security-group" if self.operation.action == "CreateSecurityGroup" else "security-group-rule"
            yield Right(right, self._arn("ec2", f"{what}/*"), (("ec2:CreateAction", self.operation.action),))
            return
        yield from (self._arn("ec2", f"vpc/{name}") for name in self._texts("VpcId"))
        if action == "CreateSecurityGroup":
            yield self._arn("ec2", "security-group/*")
        if "TagSpecifications" in self.params and action.startswith("Authorize"):
            yield self._arn("ec2", "security-group-rule/*")
        for name in self._texts("GroupId", "Resources"):
            types = {"sgr-": ["security-group-rule"], "sg-": ["security-group"]}
            kinds = next((kinds for start, kinds in types.items() if name.startswith(start)), [])
            yield from (self._arn("ec2", f"{kind}/{name}") for kind in kinds)
            if not kinds:
                ours = ((_STACK_TAG, self.scope.stack),)
                every = ("security-group", "security-group-rule") if action.endswith("Tags") else ("security-group",)
                yield from (Right(right, self._arn("ec2", f"{kind}/*"), ours) for kind in every)


def _only_reads(action: str) -> bool:
    """Reads are asked for lists of everything, which take no resource; a secret's value is another matter."""
    return action.startswith(("Describe", "Get", "List")) and action not in ("GetSecretValue", "DescribeKey")
