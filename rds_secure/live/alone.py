"""A stack beside nothing: the snapshot that makes all of it, as if the account were empty. It asks nobody."""

from __future__ import annotations

from dataclasses import replace

from rds_secure.kind import Scope
from rds_secure.live.declared import predicted, resource_of
from rds_secure.live.snapshot import Identity, Snapshot
from rds_secure.spec.stack import Stack


def alone(stack: Stack, identity: Identity) -> Snapshot:
    """What is declared, its look-ups as they are written, and nothing live."""
    scope = Scope(identity.account, identity.region, identity.partition, stack.name)
    declared = {address: resource_of(stack, address, spec, scope) for address, spec in stack.resources.items()}
    return Snapshot(scope=replace(scope, known=predicted(declared, scope)), resources=declared, live={})
