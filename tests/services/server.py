"""A server on this machine; what it answers, and what goes wrong, is given by the test."""

import gzip
import http.server
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from pipeline.config.services import Service, Services, WebSettings


@dataclass(frozen=True)
class Question:
    """What was asked: path without the query, the query or form as pairs, headers in lower case."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    method: str = "GET"


@dataclass(frozen=True)
class Answer:
    """What is answered."""

    body: bytes
    kind: str = "application/json"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Question], Answer]


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with an answer.

    Parameters
    ----------
    status
        Another status than the answer has, without its body.
    headers
        More headers.
    cut
        The connection is closed after this share (0-1) of the body.
    silent_seconds
        The server waits before it answers, or where `cut` is given in the middle.
    web_page
        An HTML page with status 200.
    broken_gzip
        The body is said to be gzip and is not.
    closes
        The connection is closed without an answer.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: float | None = None
    silent_seconds: float = 0
    web_page: bool = False
    broken_gzip: bool = False
    closes: bool = False


FAULTS: Mapping[str, Fault] = {
    "time-out before the body": Fault(silent_seconds=1),
    "time-out in the middle of the body": Fault(cut=0.5, silent_seconds=1),
    "body cut off": Fault(cut=0.5),
    "a web page with status 200": Fault(web_page=True),
    "429": Fault(status=429),
    "429 with Retry-After": Fault(status=429, headers={"Retry-After": "0"}),
    "500": Fault(status=500),
    "503": Fault(status=503),
    "504": Fault(status=504),
    "broken gzip": Fault(broken_gzip=True),
    "connection closed": Fault(closes=True),
}
"""What services do wrong and may do right the next time."""


class Server:
    """A running server.

    Parameters
    ----------
    handler
        Answers each question; the server adds faults.
    """

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.questions: list[Question] = []
        self.faults: deque[Fault | None] = deque()
        self.always: Fault | None = None
        self.released = threading.Event()
        server = self

        class Requests(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.answer(self, b"")

            def do_POST(self) -> None:
                server.answer(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def log_message(self, format: str, *args: object) -> None:
                """Keep quiet."""

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        self.http.daemon_threads = True

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def answer(self, request: http.server.BaseHTTPRequestHandler, form: bytes) -> None:
        """Answer one question, with the next fault if there is one."""
        parts = urlsplit(request.path)
        query = dict(parse_qsl(form.decode() or parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in request.headers.items()}
        question = Question(parts.path, query, headers, request.command)
        self.questions.append(question)
        fault = self.faults.popleft() if self.faults else self.always
        request.close_connection = fault is not None
        if fault is not None and fault.closes:
            request.connection.shutdown(socket.SHUT_RDWR)
            return
        self._send(request, self.handler(question), fault or Fault())

    def _send(self, request: http.server.BaseHTTPRequestHandler, answer: Answer, fault: Fault) -> None:
        body, kind, headers = answer.body, answer.kind, {**answer.headers, **fault.headers}
        if fault.web_page:
            body, kind = b"<!DOCTYPE html><html><body>Onderhoud</body></html>", "text/html; charset=utf-8"
        if fault.broken_gzip:
            body, headers = gzip.compress(body)[:-9] + b"fout12345", {**headers, "Content-Encoding": "gzip"}
        if fault.status is not None:
            body = b"{}"
        if fault.cut is None:
            self._wait(fault.silent_seconds)
        try:
            request.send_response(fault.status or answer.status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                request.send_header(name, value)
            request.end_headers()
            sent = len(body) if fault.cut is None else int(len(body) * fault.cut)
            request.wfile.write(body[:sent])
            request.wfile.flush()
            if fault.cut is not None:
                self._wait(fault.silent_seconds)
                request.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            request.close_connection = True  # who asked has gone

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.released.wait(0.02):
            pass


@contextmanager
def running(handler: Handler) -> Iterator[Server]:
    """Run a server while the body runs."""
    server = Server(handler)
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.http.shutdown()
        server.http.server_close()
        thread.join()


def impatient(attempts: int = 3) -> WebSettings:
    """Return settings with which a test need not wait."""
    return WebSettings(
        connect_seconds=0.5, read_seconds=0.3, attempts=attempts, first_pause_seconds=0.01, longest_pause_seconds=0.02
    )


def services_at(**addresses: str) -> Services:
    """Return settings of services at these addresses."""
    return {
        code: Service(label=code.upper(), address=address, holder="Proef", licence="CC0")
        for code, address in addresses.items()
    }
