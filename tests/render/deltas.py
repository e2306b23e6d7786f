"""Changes in access for tests: one of everything, and one of hardly anything."""

from __future__ import annotations

from rds_secure.access.delta.model import (
    Appearing,
    Connecting,
    Danger,
    Delta,
    Door,
    Effect,
    Escalating,
    Interface,
    MoreActions,
    Permission,
    Principal,
    Protecting,
    Reaching,
)
from rds_secure.access.iam.verbs import Verb
from rds_secure.access.network.evidence import Verdict
from rds_secure.access.network.intervals import Addresses

IAM = "arn:aws:iam::123456789012"
CI = Principal("role", f"{IAM}:role/app-ci")
DANA, EVE = (Principal("user", f"{IAM}:user/{name}") for name in ("dana", "eve"))
OPS = tuple(Principal("user", f"{IAM}:user/ops-{number}") for number in range(40))
OTHER = Principal("root", "arn:aws:iam::210987654321:root", "210987654321")
MFA = "if aws:MultiFactorAuthPresent = true"
GAINS, LOSES, CHANGES = Effect.GAINS, Effect.LOSES, Effect.CHANGES
ORDERS = ("db:orders",)


def permission(
    effect: Effect, verb: Verb, *who: Principal, on: tuple[str, ...] = ORDERS, was: str = "", now: str = "always"
) -> Permission:
    return Permission(effect, who, verb, on, was, now, (f"rds:{verb}",))


def everything() -> Delta:
    """One change of every sort."""
    return Delta(
        permissions=(
            permission(GAINS, "delete", CI),
            permission(GAINS, "modify", CI),
            permission(GAINS, "delete", *OPS, on=("*",)),
            permission(GAINS, "use key", OTHER, was=MFA),
            permission(GAINS, "describe", EVE, now="if aws:SourceIp in 10.0.0.0/8", on=("*", "db:orders")),
            permission(CHANGES, "modify", EVE, was="if a = 1", now="if b = 2"),
            permission(LOSES, "delete", DANA, was="always", now=MFA),
            permission(LOSES, "connect", DANA, was="always", now=""),
            Permission(LOSES, (DANA,), "modify", ORDERS, MFA, "", (), (f"{IAM}:role/dba", f"{IAM}:role/root")),
        ),
        actions=(
            MoreActions(GAINS, (CI,), "modify", ORDERS, ("rds:ModifyDBInstance",), ()),
            MoreActions(LOSES, (EVE,), "modify", ORDERS, (), ("rds:RebootDBInstance",)),
        ),
        escalations=(
            Escalating(GAINS, (CI,), ("delete", "break key"), "", "always", ("iam:PutRolePolicy on itself",)),
            Escalating(LOSES, (DANA, EVE), ("modify",), "always", "", ("iam:AddUserToGroup on group dba",)),
        ),
        reach=(
            Reaching(ORDERS, "internet", Verdict.LATENT, Verdict.REACHABLE, Addresses.parse("0.0.0.0/0")),
            Reaching(
                ORDERS, "inside the VPC", Verdict.NONE, Verdict.POSSIBLE, Addresses.parse("10.0.0.1", "10.1.0.0/16")
            ),
            Reaching(ORDERS, "peering", Verdict.NONE, Verdict.LATENT, Addresses.parse("10.9.0.0/16")),
            Reaching(ORDERS, "peering", Verdict.REACHABLE, Verdict.NONE, Addresses.parse("10.8.0.0/16")),
            Reaching(ORDERS, "peering", Verdict.REACHABLE, Verdict.POSSIBLE, Addresses.parse("10.7.0.0/16")),
        ),
        connections=(
            Connecting(
                ("db:orders", "db:payments"),
                Verdict.NONE,
                Verdict.REACHABLE,
                tuple(Interface(f"eni-{number}", f"i-{number}", f"10.0.0.{number}", ("sg-a",)) for number in range(6)),
            ),
        ),
        doors=(Door(ORDERS, "session-manager", "sources", Verdict.NONE, Verdict.REACHABLE),),
        protection=(
            Protecting(LOSES, ORDERS, "deletion protection", "yes", "no", Danger.DATA),
            Protecting(GAINS, ORDERS, "TLS required", "no", "yes", Danger.LOSS),
            Protecting(CHANGES, ORDERS, "certificate authority", "rds-ca-2019", "rds-ca-rsa2048-g1", Danger.CHANGE),
        ),
        appeared=(Appearing("db:new", (("delete", 3), ("describe", 12)), (("encrypted storage", "yes"),)),),
        gone=("db:old",),
        unknown=("not known before and after: kms:GetKeyPolicy of key/1 (AccessDeniedException)",),
    )
