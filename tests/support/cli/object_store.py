"""A server that keeps objects, as S3 and web servers give them out, and takes them in as S3 does."""

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
        objects: content by path; None for what nobody may read or write.
        cut: bytes missing from the end of every answer, whose head promises all of them.
        stalls: called in the middle of an answer, whose rest comes when the client has gone; None for none.
        asked: path and credentials of each request.
    """

    url: str = ""
    objects: dict = field(default_factory=dict)
    cut: int = 0
    stalls: object = None
    asked: list = field(default_factory=list)
    _uploads: dict = field(default_factory=dict)

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

    def take(self, request):
        """Take an object in: as a whole, or begun with `?uploads`, in numbered parts, and completed."""
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        path, _, query = request.path.partition("?")
        asked = parse_qs(query, keep_blank_values=True)
        if path in self.objects and self.objects[path] is None:
            _reply(request, 403)
        elif "uploads" in asked:
            self._uploads[path] = {}
            _reply(request, 200, f"<R><Bucket/><Key/><UploadId>{len(self._uploads)}</UploadId></R>")
        elif "partNumber" in asked:
            self._uploads[path][int(asked["partNumber"][0])] = body
            _reply(request, 200)
        else:
            parts = self._uploads.pop(path, {0: body})
            self.objects[path] = b"".join(parts[number] for number in sorted(parts))
            _reply(request, 200, '<R><Location/><Bucket/><Key/><ETag>"one"</ETag></R>')

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


def _reply(request, status, text=""):
    request.send_response(status)
    request.send_header("Content-Length", str(len(text)))
    request.send_header("ETag", '"one"')
    request.end_headers()
    request.wfile.write(text.encode())


@contextmanager
def serving_objects(environment):
    """Run a store; the environment names it and the credentials for it."""
    with _serving() as store:
        environment.setenv("AWS_ENDPOINT_URL", store.url)
        environment.setenv("AWS_ALLOW_HTTP", "true")
        environment.setenv("AWS_REGION", "eu-central-1")
        environment.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-nobody")
        yield store


@contextmanager
def _serving():
    store = ObjectStore()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            store.answer(self)

        def do_PUT(self):
            store.take(self)

        def do_POST(self):
            store.take(self)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        store.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield store
        server.shutdown()
        thread.join()
