"""What the providers of the tests have in common: a server on the loopback that can misbehave."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Protocol

from abonent.operations.ports import Checkout, PaymentGateway

SILENT_S = 0.5
"""How long the tests' gateways bear silence."""

Payer = Literal["pays", "declined", "leaves"]
Fault = Literal["", "hangs", "fails once", "loses the answer"]


@dataclass(frozen=True)
class Message:
    """A webhook as the provider sends it."""

    body: bytes
    headers: Mapping[str, str]


class Provider(Protocol):
    """A provider in whose place the contract looks at what the gateway has made of it."""

    gateway: PaymentGateway
    fault: Fault
    """What happens to the requests from now on."""

    async def visit(self, checkout: Checkout, payer: Payer) -> list[Message]:
        """Somebody goes to the page and pays or does not; what the provider then sends."""
        ...

    async def kept(self, *, good: bool) -> str:
        """The token of a card that was kept, with money on it or without."""
        ...

    async def taken(self, payment: int) -> int:
        """Minor units that payers have lost by the payment so far, less what they got back."""
        ...

    def signed_again(self, body: bytes) -> Message:
        """Another body signed by the provider itself."""
        ...

    async def report(self) -> list[str]:
        """The provider's file of what was paid and given back."""
        ...


@dataclass
class Answer:
    status: int
    body: bytes
    kind: str = "application/json"


@dataclass
class Served:
    """A server of one provider. `answer(method, path, headers, body)` is its protocol."""

    fault: Fault = ""
    url: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, _method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        raise NotImplementedError

    def through_fault(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        fault = self.fault
        if fault == "hangs":
            time.sleep(3 * SILENT_S)
        if fault == "fails once":
            self.fault = ""
            return Answer(500, b"{}")
        answer = self.answer(method, path, headers, body)
        if fault == "loses the answer":
            self.fault = ""
            time.sleep(3 * SILENT_S)
        return answer

    @contextmanager
    def running(self) -> Iterator[None]:
        served = self

        class Handler(BaseHTTPRequestHandler):
            def respond(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                served.asked.append(self.path)
                answer = served.through_fault(self.command, self.path, headers, body)
                try:
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.kind)
                    self.send_header("Content-Length", str(len(answer.body)))
                    self.end_headers()
                    self.wfile.write(answer.body)
                except OSError:
                    pass  # the client has given up

            do_GET = do_POST = respond  # noqa: N815 (the names of http.server)

            def log_message(self, *_args: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            yield
            server.shutdown()
