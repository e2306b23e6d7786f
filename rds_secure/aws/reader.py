"""Reads: every page of a list is followed, equal calls are made once, many go out at a time. It never writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

from rds_secure.aws.errors import BOTO, translate
from rds_secure.aws.session import IN_FLIGHT, Connection
from rds_secure.errors import CallError
from rds_secure.operation import snake
from rds_secure.values import canonical

T = TypeVar("T")
U = TypeVar("U")

_PAGE = {
    ("iam", "GetAccountAuthorizationDetails"): 1000,
    ("kms", "ListKeys"): 1000,
    ("kms", "ListAliases"): 100,
    ("kms", "ListGrants"): 100,
    ("ec2", ""): 1000,
    ("rds", ""): 100,
    ("secretsmanager", ""): 100,
    ("securityhub", "GetFindings"): 100,
    ("ssm", "DescribeParameters"): 50,
    ("resourcegroupstaggingapi", ""): 100,
}
"""The largest pages each service takes (AWS's API reference); the smaller default elsewhere."""


class AwsReader:
    """One reading of the account; make a new one to see it anew."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._replies: dict[str, Future[Mapping[str, Any]]] = {}
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="read")

    def __enter__(self) -> AwsReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def call(
        self,
        service: str,
        action: str,
        params: Mapping[str, Any] | None = None,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        first_page: bool = False,
    ) -> Mapping[str, Any] | None:
        """The merged reply of all pages; None for a code in ``absent``. Raises `CallError`, `CredentialsError`."""
        key = f"{service} {action} {region} {first_page} {canonical(params or {})}"
        with self._lock:
            mine = key not in self._replies
            future = self._replies.setdefault(key, Future())
        if mine:
            try:
                future.set_result(self._ask(service, action, dict(params or {}), region, first_page))
            except BaseException as error:
                future.set_exception(error)
        try:
            return future.result()
        except CallError as error:
            if error.code in absent:
                return None
            raise

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> list[U]:
        """``function`` of every item, in parallel. The calling thread works too, so nested calls cannot starve."""
        work = list(enumerate(items))
        if len(work) < 2:
            return [function(item) for _, item in work]
        results: dict[int, U] = {}
        queue = iter(work)
        lock = Lock()

        def drain() -> None:
            while True:
                with lock:
                    index, item = next(queue, (-1, None))
                if index < 0:
                    return
                results[index] = function(item)  # type: ignore[arg-type]

        helpers = [self._pool.submit(drain) for _ in range(min(len(work), IN_FLIGHT) - 1)]
        try:
            drain()
        finally:
            for helper in helpers:
                if not helper.cancel():
                    helper.result()
        return [results[index] for index, _ in work]

    def _ask(
        self, service: str, action: str, params: dict[str, Any], region: str | None, first_page: bool
    ) -> Mapping[str, Any]:
        client = self._connection.client(service, region)
        method = snake(action)
        try:
            if first_page or not client.can_paginate(method):
                reply: Mapping[str, Any] = getattr(client, method)(**params)
                return reply
            size = _PAGE.get((service, action), _PAGE.get((service, "")))
            config = {"PageSize": size} if size else {}
            whole: Mapping[str, Any] = (
                client.get_paginator(method).paginate(**params, PaginationConfig=config).build_full_result()
            )
            return whole
        except BOTO as error:
            raise translate(service, action, error) from error
