"""An HTTP server of a test's own: gives the answers it is told, remembers what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answers:
    """By path with query: status and body."""

    url: str
    by_path: dict[str, tuple[int, bytes]]
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    location: str = ""
    """Where answers with status 302 send the client."""


@contextmanager
def answering(by_path: dict[str, tuple[int, object]]) -> Iterator[Answers]:
    """Run a server on a free port of loopback. What isn't bytes is answered as JSON."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.requests.append((self.path, dict(self.headers)))
            status, body = answers.by_path.get(self.path, (404, b"{}"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if body.startswith(b"<"):
                self.send_header("Content-Type", "application/xml")
            if status == 302:
                self.send_header("Location", answers.location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bodies = {
        path: (status, body if isinstance(body, bytes) else json.dumps(body).encode())
        for path, (status, body) in by_path.items()
    }
    answers = Answers(f"http://127.0.0.1:{server.server_port}", bodies)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
