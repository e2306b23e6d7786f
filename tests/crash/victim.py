"""``rds-secure apply`` in a process that ends itself with SIGKILL at one instant: SPEC SERVICE ACTION NUMBER WAY."""

from __future__ import annotations

import os
import signal
import sys

from rds_secure import api
from rds_secure.apply import Clock
from rds_secure.aws.session import Access, Connection
from rds_secure.cli.main import run
from tests.crash.transport import Call, Kill, Transport, Way


def main(spec: str, service: str, action: str, number: str, way: str) -> int:
    """The command line, which does not survive the instant."""
    kill = Kill(Call(service, action, int(number)), Way[way])
    transport = Transport(kill=kill, die=lambda: os.kill(os.getpid(), signal.SIGKILL))

    def connection(access: Access, clock: Clock) -> Connection:
        return transport.listen(Connection(access, clock))

    api.Connection = connection  # type: ignore[assignment, misc]
    return run(["apply", spec, "--yes"])


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
