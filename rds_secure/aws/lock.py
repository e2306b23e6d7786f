"""The lock's entries as SSM parameters of the stack's region. What they mean: `apply.lock`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rds_secure.apply.generation import Entry
from rds_secure.aws.errors import BOTO, translate
from rds_secure.aws.session import Connection
from rds_secure.errors import CallError
from rds_secure.live import Identity

LOCK_ACTIONS = ("ssm:DeleteParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:PutParameter")
"""What whoever applies may have to call for the lock; `lock_resources` says on what."""


def lock_resources(identity: Identity, stack: str) -> tuple[str, ...]:
    """The ARNs that `LOCK_ACTIONS` are about: lists are allowed on the path, the rest on what is below."""
    prefix = f"arn:{identity.partition}:ssm:{identity.region}:{identity.account}:parameter{_path(stack)}"
    return prefix, f"{prefix}/*"


class SsmStore:
    """The parameters ``/rds-secure/<stack>/lock/…``. None of its calls harms when the SDK repeats it."""

    def __init__(self, connection: Connection, stack: str) -> None:
        self._client = connection.client("ssm")
        self._path = _path(stack)

    def entries(self) -> Mapping[str, Entry]:
        """All of them, ten a page (ANY-6)."""
        with _translated("GetParametersByPath"):
            pages = self._client.get_paginator("get_parameters_by_path").paginate(
                Path=self._path, Recursive=True, PaginationConfig={"PageSize": 10}
            )
            return self._named(parameter for page in pages for parameter in page["Parameters"])

    def get(self, names: Iterable[str]) -> Mapping[str, Entry]:
        """Those of at most ten names that exist."""
        with _translated("GetParameters"):
            return self._named(self._client.get_parameters(Names=[*map(self._full, names)])["Parameters"])

    def put(self, name: str, value: str) -> bool:
        """Whether it was made; one that exists is never overwritten."""
        with _translated("PutParameter", fine="ParameterAlreadyExists"):
            self._client.put_parameter(Name=self._full(name), Value=value, Type="String", Overwrite=False)
            return True
        return False

    def delete(self, name: str) -> None:
        """Take one away. DeleteParameter knows no condition but the name."""
        with _translated("DeleteParameter", fine="ParameterNotFound"):
            self._client.delete_parameter(Name=self._full(name))

    def _full(self, name: str) -> str:
        return f"{self._path}/{name}"

    def _named(self, parameters: Iterable[Mapping[str, Any]]) -> dict[str, Entry]:
        return {
            found["Name"].removeprefix(f"{self._path}/"): Entry(found["Value"], found["LastModifiedDate"])
            for found in parameters
        }


def _path(stack: str) -> str:
    return f"/rds-secure/{stack}/lock"


@contextmanager
def _translated(action: str, fine: str = "") -> Iterator[None]:
    """botocore's errors as ours; one with the code ``fine`` is none, and ends what is inside."""
    try:
        yield
    except BOTO as error:
        failure = translate("ssm", action, error)
        if not (fine and isinstance(failure, CallError) and failure.code == fine):
            raise failure from error
