"""Bytes that are nearly right: seeds changed at random, the same ones for the same random numbers."""

import re

MAX_BYTES = 200_000
NUMBERS = [
    b"0",
    b"-1",
    b"1e999",
    b"1" * 30,
    b"9" * 5_000,
    b"0.0000001",
    b"1764000000000",
    b"00",
    b"+1",
    b"1_000",
]
ANY = [
    b"\0",
    b"\r",
    b"\n",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    "٣".encode(),
    "\u202e".encode(),
    b" " * 50,
]


def mutated(seeds, tokens, rng):
    """Return a seed after one to sixteen changes."""
    data = bytearray(rng.choice(seeds))
    for _ in range(1 << rng.randrange(5)):
        rng.choice(CHANGES)(data, rng, tokens, seeds)
    return bytes(data[:MAX_BYTES])


def span(data, rng):
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + (1 << rng.randrange(7)))


def flip(data, rng, tokens, seeds):
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def insert(data, rng, tokens, seeds):
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.choice(rng.choice((tokens, ANY)))


def overwrite(data, rng, tokens, seeds):
    start, end = span(data, rng)
    data[start:end] = rng.choice(tokens)


def delete(data, rng, tokens, seeds):
    start, end = span(data, rng)
    del data[start:end]


def repeat(data, rng, tokens, seeds):
    start, end = span(data, rng)
    data[end:end] = bytes(data[start:end]) * (1 << rng.randrange(9))


def copy(data, rng, tokens, seeds):
    start, end = span(data, rng)
    at = rng.randrange(len(data) + 1)
    data[at:at] = bytes(data[start:end])


def splice(data, rng, tokens, seeds):
    other = rng.choice(seeds)
    data[rng.randrange(len(data) + 1) :] = other[rng.randrange(len(other) + 1) :]


def renumber(data, rng, tokens, seeds):
    if found := list(re.finditer(rb"\d+", bytes(data[:10_000]))):
        start, end = rng.choice(found).span()
        data[start:end] = rng.choice(NUMBERS)


CHANGES = (flip, insert, overwrite, delete, repeat, copy, splice, renumber)
