"""The server of the sandbox: moto's WSGI application, one request at a time, with a seeded account behind it.

``python -m rds_secure.sandbox.server FD`` serves the listening socket that it inherits (see `process`);
`serve_in_thread` serves this process's own tests. moto keeps its state in module globals, so a process has one account.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from rds_secure.sandbox import realism, repairs, seed
from rds_secure.sandbox.endpoint import HOST, PRIVATE, REALISM, TOKEN_HEADER, Sandbox, endpoint

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

UNKNOWN = ("InvalidAction", "UnknownOperationException")
FAILED = ("InternalFailure", "InternalFailure")
"""Error codes of the query and EC2 protocols, and of JSON (ANY-3)."""

POLL_SECONDS = 0.02
"""How often the accepting loop looks whether it has been told to stop."""


class Application:
    """moto behind a lock, and the private paths: ``status``, ``reset``, ``stop``, and those of `realism`."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.stopping = False
        self._moto = DomainDispatcherApplication(create_backend_app)
        # moto's backends are plain dicts: a parallel create breaks a list call half-way, so reads wait as well.
        self._one_at_a_time = threading.Lock()
        self._private: dict[tuple[str, str], Callable[[], None]] = {
            ("GET", "status"): lambda: None,
            ("POST", "reset"): seed.reset,
            ("POST", "stop"): self._stop,
            ("POST", "settle"): realism.settle,
            ("POST", "window"): realism.pass_window,
        }

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with self._one_at_a_time:
            if environ["PATH_INFO"].startswith(PRIVATE):
                return self._answer_privately(environ, start_response)
            return list(self._answer_as_aws(environ, start_response))

    def _answer_privately(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        what, _, words = environ["PATH_INFO"].removeprefix(PRIVATE).partition("/")
        action = self._private.get((environ["REQUEST_METHOD"], what))
        if what == "realism" and environ["REQUEST_METHOD"] == "POST":
            action = partial(realism.choose, words)
        header = "HTTP_" + TOKEN_HEADER.upper().replace("-", "_")
        if action is None or not secrets.compare_digest(environ.get(header, ""), self._token):
            return _reply(start_response, "403 Forbidden", "application/json", "{}")
        action()
        return _reply(start_response, "200 OK", "application/json", json.dumps({"token": self._token}))

    def _stop(self) -> None:
        self.stopping = True

    def _answer_as_aws(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return self._moto(environ, start_response)  # type: ignore[no-any-return]
        except NotImplementedError as error:
            return _fault(environ, start_response, "400 Bad Request", UNKNOWN, f"not in the sandbox: {error}")
        except Exception as error:
            traceback.print_exc()
            failure = f"the sandbox failed: {type(error).__name__}: {error}"
            return _fault(environ, start_response, "500 Internal Server Error", FAILED, failure)


def _fault(
    environ: Environ, start: StartResponse, status: str, codes: tuple[str, str], message: str
) -> Iterable[bytes]:
    """An error in the form of the caller's protocol, in place of moto's page of HTML."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return _reply(start, status, "application/json", json.dumps({"__type": codes[1], "message": message}))
    error = f"<Error><Type>Sender</Type><Code>{codes[0]}</Code><Message>{escape(message)}</Message></Error>"
    # EC2 has its errors one level deeper than the other services; each reader ignores the other's element.
    return _reply(start, status, "text/xml", f"<Response><Errors>{error}</Errors>{error}</Response>")


def _reply(start_response: StartResponse, status: str, content_type: str, text: str) -> Iterable[bytes]:
    start_response(status, [("Content-Type", content_type)])
    return [text.encode()]


class _Handler(MotoRequestHandler):
    """HTTP/1.1 with connections that stay open, which werkzeug's own handler closes after each answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        answer: list[Any] = []

        def start_response(*started: Any) -> Any:
            answer[:] = started[:2]

        body = b"".join(self.server.app(environ, start_response))
        status, headers = answer
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        if self.server.app.stopping:  # type: ignore[attr-defined]
            self.wfile.flush()
            self.server.shutdown()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: the log is for what went wrong."""


def _serving(token: str, descriptor: int | None, words: str) -> BaseWSGIServer:
    """A server that takes connections, over a freshly seeded account; ``words`` say which rows of `realism` are on."""
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # 1,300 images that nothing here needs
    repairs.apply_all()
    realism.apply_all()
    seed.reset()
    realism.choose(words)
    return make_server(HOST, 0, Application(token), threaded=True, request_handler=_Handler, fd=descriptor)


@contextmanager
def serve_in_thread() -> Iterator[Sandbox]:
    """A sandbox inside this process, for tests, in which nothing takes time until `Sandbox.realism` says so.

    ``sandbox.reset()`` between tests costs some milliseconds.
    """
    token = secrets.token_hex(16)
    server = _serving(token, None, "none")
    thread = threading.Thread(target=server.serve_forever, args=[POLL_SECONDS], daemon=True)
    thread.start()
    try:
        yield Sandbox(endpoint(server.server_port), token, application=server.app)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _read_models() -> None:
    """Read what moto reads at a service's first call, while the client is still loading its own SDK."""
    for service in ("ec2", "rds", "iam", "kms", "sts"):
        get_service_model(service)


def main() -> None:
    """Serve the inherited socket until told to stop."""
    token, words = os.environ.pop("RDS_SECURE_SANDBOX_TOKEN"), os.environ.get(REALISM) or "all"
    with _serving(token, int(sys.argv[1]), words) as server:
        threading.Thread(target=_read_models, daemon=True).start()
        server.serve_forever(POLL_SECONDS)


if __name__ == "__main__":
    main()
