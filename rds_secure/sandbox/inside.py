"""Carries a client's requests to a sandbox in this very process without a socket. It does nothing to what they say.

Only the wire is left out, about a third of a test's time: `server.Application` gets the request as it does from there.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOP = frozenset({"connection", "date", "server"})
"""Headers that the server, not the application, answers for."""


def answering(events: Any, application: WSGIApplication) -> None:
    """Have an application answer all that is sent by clients with these events, which are a session's or a client's."""
    events.register("before-send", lambda request, **_: send(application, request))


def send(application: WSGIApplication, request: AWSPreparedRequest) -> AWSResponse:
    """What an application answers to a request, as botocore's own HTTP session gives it."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        started[:] = status, headers

    content = b"".join(application(environ(request), start_response))
    status, headers = started
    kept = {name: value for name, value in headers if name.lower() not in HOP}
    answer = AWSResponse(request.url, int(status.partition(" ")[0]), kept, io.BytesIO(content))  # type: ignore[arg-type]
    answer._content = content  # type: ignore[attr-defined]
    return answer


def environ(request: AWSPreparedRequest) -> dict[str, Any]:
    """A request as werkzeug's server puts it (PEP 3333)."""
    url, body = urlsplit(request.url), _bytes(request.body)
    return {
        **_headers(request.headers),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": url.netloc,
        "PATH_INFO": unquote_to_bytes(url.path or "/").decode("latin-1"),
        "QUERY_STRING": url.query,
        "RAW_URI": _asked(url),
        "REMOTE_ADDR": url.hostname,
        "REQUEST_METHOD": request.method,
        "REQUEST_URI": _asked(url),
        "SCRIPT_NAME": "",
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.errors": sys.stderr,
        "wsgi.input": io.BytesIO(body),
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
    }


def _asked(url: SplitResult) -> str:
    return f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"


def _headers(headers: HTTPHeaders) -> dict[str, str]:
    named = {name.upper().replace("-", "_"): _text(value) for name, value in headers.items()}
    return {name if name == "CONTENT_TYPE" else f"HTTP_{name}": value for name, value in named.items()}


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else bytes(body)
