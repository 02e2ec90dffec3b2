"""What a reader makes of an answer, for two of them to be compared."""

from validator.http.transport_errors import RemoteProtocolError


def made_of(reader, pieces):
    """Feed the pieces and then the end of the connection; return at which piece what came of it."""
    for place, piece in enumerate((*pieces, b"")):
        try:
            reply = reader.feed(piece)
        except RemoteProtocolError as error:
            return place, str(error), reader.has_received
        if reply is not None:
            return place, reply, reader.is_over, reader.leaves_open, reader.has_surplus
    raise AssertionError("the connection has ended, and the answer has not")


def cut(said, places):
    """Return the bytes in pieces, cut at these places; none of them is empty."""
    cuts = sorted({place for place in places if 0 < place < len(said)})
    pieces = [said[start:end] for start, end in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    return [piece for piece in pieces if piece]
