"""A receiver of webhooks on a loopback port, which keeps what it is sent."""

import contextlib
import http.server
import threading
from dataclasses import dataclass


@dataclass
class Message:
    """One message as it came."""

    path: str
    headers: dict
    body: bytes


@contextlib.contextmanager
def receiving(*statuses):
    """Answer messages with these statuses in turn, the last one for ever; give URL and messages."""
    messages = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            messages.append(Message(self.path, dict(self.headers), body))
            self.send_response((statuses or [204])[min(len(messages), len(statuses) or 1) - 1])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hooks/T0?token=abc", messages
        finally:
            server.shutdown()
            thread.join()
