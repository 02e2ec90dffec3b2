"""A server that keeps objects, as S3 and web servers give them out."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape


@dataclass
class ObjectStore:
    """What it keeps, by path, and what it was asked for.

    Attributes:
        objects: content by path; None for what nobody may read.
        cut: bytes missing from the end of every answer, whose head promises all of them.
        stalls: called in the middle of an answer, whose rest comes when the client has gone; None for none.
        asked: path and credentials of each request.
    """

    url: str = ""
    objects: dict = field(default_factory=dict)
    cut: int = 0
    stalls: object = None
    asked: list = field(default_factory=list)

    def answer(self, request):
        path = request.path
        self.asked.append((path, request.headers.get("Authorization", "")))
        if "?" in path:
            path = self._list(path)
        content = self.objects.get(path, b"")
        status = 404 if path not in self.objects else 403 if content is None else 200
        request.send_response(status)
        request.send_header("Content-Length", str(len(content or b"")))
        request.send_header("Last-Modified", "Thu, 26 Nov 2026 05:13:06 GMT")
        request.send_header("ETag", '"one"')
        request.end_headers()
        if self.stalls:
            request.wfile.write((content or b"")[:1])
            self.stalls()
            request.rfile.read(1)
            return
        request.wfile.write((content or b"")[: len(content or b"") - self.cut])

    def _list(self, asked):
        """Keep what S3's ListObjectsV2 says of one folder under the path it is asked for by."""
        bucket, _, query = asked.partition("?")
        folder = parse_qs(query).get("prefix", [""])[0]
        keys = [unquote(path.removeprefix(f"{bucket}/")) for path in self.objects if "?" not in path]
        listed = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>1</Size>"
            "<LastModified>2026-11-26T05:13:06.000Z</LastModified></Contents>"
            for key in keys
            if key.startswith(folder) and "/" not in key.removeprefix(folder)
        )
        self.objects[asked] = f"<ListBucketResult>{listed}</ListBucketResult>".encode()
        return asked


@contextmanager
def serving_objects():
    store = ObjectStore()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            store.answer(self)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        store.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield store
        server.shutdown()
        thread.join()
