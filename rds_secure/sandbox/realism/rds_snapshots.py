"""RDS snapshots of instances as they are made and copied, and which calls come too early for them."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBSnapshot, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.realism.course import Step, course, look, then
from rds_secure.sandbox.realism.switch import around
from rds_secure.sandbox.repairs import patch, rds_snapshots

_ROW = "rds-snapshots"
HALF_WAY = 50
"""Percent."""


def looks() -> None:
    """Each DescribeDBSnapshots is a look at what it lists; what asks for other accounts' is one at theirs too."""

    @patch.around(RDSResponse, "describe_db_snapshots")
    def describe(original: Any, self: RDSResponse) -> Any:
        answer = original(self)
        for snapshot in answer.result["DBSnapshots"]:
            look(snapshot)
        return answer


def creating() -> None:
    """A snapshot is `creating` for a while, its instance `backing-up`, whatever its zones; so is a copy `creating`.

    That an instance with a standby shows `backing-up` as well, and a copy `creating`, is from memory.
    """

    @around(_ROW, RDSBackend, "create_db_snapshot")
    def create(original: Any, self: RDSBackend, db_instance_identifier: str, *more: Any, **named: Any) -> DBSnapshot:
        made: DBSnapshot = original(self, db_instance_identifier, *more, **named)
        if made.snapshot_type == "manual":
            _begin(made)
            database = self.databases[db_instance_identifier]
            database.status = "backing-up"
            then(database, Step("backing-up"), Step("available"))
        return made

    @around(_ROW, RDSBackend, "copy_db_snapshot")
    def copy(original: Any, self: RDSBackend, *args: Any, **named: Any) -> DBSnapshot:
        return _begin(original(self, *args, **named))


def _begin(snapshot: Any) -> DBSnapshot:
    snapshot.status, snapshot.percent_progress = "creating", 0
    then(snapshot, Step("creating"), Step("creating", _half_way), Step("available", _done))
    return snapshot  # type: ignore[no-any-return]


def _half_way(snapshot: Any) -> None:
    snapshot.percent_progress = HALF_WAY


def _done(snapshot: Any) -> None:
    snapshot.percent_progress = 100


def early() -> None:
    """A call that comes too early for a snapshot is a look at it, so that whoever only retries gets there."""

    @around(_ROW, rds_snapshots, "ready")
    def ready(original: Any, rds: RDSBackend, named: str, *also: str) -> DBSnapshot:
        try:
            return original(rds, named, *also)  # type: ignore[no-any-return]
        except RDSClientError:
            look(rds_snapshots.find(rds, named))
            raise


def deleting() -> None:
    """A copy fails whose source goes before it is there (user guide, "Copying a DB snapshot": it may)."""

    @around(_ROW, RDSBackend, "delete_db_snapshot")
    def delete(original: Any, self: RDSBackend, db_snapshot_identifier: str) -> DBSnapshot:
        gone: DBSnapshot = original(self, db_snapshot_identifier)
        for snapshot in self.database_snapshots.values():
            if getattr(snapshot, "copied_from", None) is gone and snapshot.status == "creating":
                course(snapshot).ahead = [Step("failed")]
        return gone
