"""The bytes of a request as httpx and h11 make them."""

import h11


def bytes_of(request):
    """Return head and body of a request whose body has been read."""
    http = h11.Connection(h11.CLIENT)
    head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
    sent = http.send(head)
    sent += http.send(h11.Data(data=request.content)) if request.content else b""
    return sent + http.send(h11.EndOfMessage())
