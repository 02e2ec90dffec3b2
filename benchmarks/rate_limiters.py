"""Three rate limiters that are not ours, each as a process on loopback in front of an upstream."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, assert_never

from listening import program, reserved_port, wait_until_listening

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).parent / "limiters"
REFUSED = 429


class Kind(StrEnum):
    """What limits, and how it counts."""

    FIXED_WINDOW = "express-rate-limit"  # so many from a key's first request on, then anew
    SLIDING_COUNTER = "haproxy"  # this window's, and of the last one's the share still in sight
    LEAKY_BUCKET = "nginx"  # one every window / requests, to the millisecond, and `burst` ahead of that


# The setting by which each adds a header to every answer, refusals included.
HEADER_LINES = {
    Kind.SLIDING_COUNTER: 'http-after-response set-header %s "%s"',
    Kind.LEAKY_BUCKET: 'add_header %s "%s" always;',
}


@dataclass(frozen=True, slots=True)
class Limit:
    """Requests allowed to a key in a window; what follows is of a leaky bucket alone.

    Attributes:
        requests: how many.
        window_s: the window, in seconds.
        burst: how many may be ahead of their time.
        delays: whether those have to wait for it.
        status: what the others get.
    """

    requests: int
    window_s: int = 60
    burst: int = 0
    delays: bool = False
    status: int = REFUSED

    def __str__(self) -> str:
        """Return the leaky bucket's form."""
        delays = ", delayed" if self.delays else ""
        return f"burst {self.burst}{delays}" + (f", {self.status}" if self.status != REFUSED else "")

    @property
    def per_min(self) -> float:
        """The limit as requests a minute."""
        return self.requests * 60 / self.window_s


@dataclass(frozen=True, slots=True)
class Headers:
    """What the limiter says about itself.

    Attributes:
        name: for the table.
        added: headers set on every answer, as they stand.
        passed_on: headers set on the answers of the upstream alone, as if it had sent them.
        own: options that make express-rate-limit set its own, and `Retry-After` with them.
    """

    name: str
    added: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, object] = field(default_factory=dict)
    passed_on: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setup:
    """A limiter to start."""

    kind: Kind
    limit: Limit
    headers: Headers


class _Ports(NamedTuple):
    """Where the limiter listens, and where it passes on to."""

    own: int
    upstream: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that the limiter answered: when, in Unix seconds, and with which status."""

    at_s: float
    status: int


@dataclass(frozen=True, slots=True)
class Limiter:
    """A running limiter: its address, and the file that it logs every request to."""

    port: int
    log: Path

    def exchanges(self) -> list[Exchange]:
        """Return what it has answered, in the order of the answers."""
        lines = (line.split() for line in self.log.read_text(encoding="utf-8").splitlines())
        return [Exchange(int(at_ms) / 1000, int(status)) for at_ms, status in lines]


def missing(kind: Kind) -> str:
    """Return what to install before the limiter can be started; empty where all is there."""
    match kind:
        case Kind.FIXED_WINDOW if not program("node"):
            return "node is not installed: apt-get install nodejs npm, then make limiters"
        case Kind.FIXED_WINDOW if not (HERE / "node_modules" / "express-rate-limit").is_dir():
            return "express-rate-limit is not installed: make limiters"
        case Kind.SLIDING_COUNTER if not program("haproxy"):
            return "haproxy is not installed: apt-get install haproxy"
        case Kind.LEAKY_BUCKET if not program("nginx"):
            return "nginx is not installed: apt-get install nginx-light"
        case Kind.FIXED_WINDOW | Kind.SLIDING_COUNTER | Kind.LEAKY_BUCKET:
            return ""
        case _:
            assert_never(kind)


@contextmanager
def limiting(setup: Setup, *, upstream: int, folder: Path) -> Iterator[Limiter]:
    """Run a limiter in front of a port on loopback while the block lasts, with its files in `folder`.

    Raises:
        RuntimeError: it ended before it took a connection; the message has what it said.
    """
    ports = _Ports(reserved_port(), upstream)
    log, complaints = folder / "exchanges.log", folder / "limiter.err"
    with (
        log.open("wb") as out,
        complaints.open("wb") as err,
        subprocess.Popen(_command(setup, ports, folder), stdout=out, stderr=err, cwd=HERE) as process,
    ):
        try:
            wait_until_listening(ports.own, process, complaints)
            yield Limiter(ports.own, log)
        finally:
            process.terminate()


def _command(setup: Setup, ports: _Ports, folder: Path) -> list[str]:
    match setup.kind:
        case Kind.FIXED_WINDOW:
            return [program("node"), str(HERE / "server.js"), _server_options(setup, ports)]
        case Kind.SLIDING_COUNTER:
            config = _configure("haproxy.cfg", setup, ports, folder)
            return [program("haproxy"), "-db", "-f", str(config)]
        case Kind.LEAKY_BUCKET:
            config = _configure("nginx.conf", setup, ports, folder)
            return [program("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(config)]
        case _:
            assert_never(setup.kind)


def _server_options(setup: Setup, ports: _Ports) -> str:
    silent = {"legacyHeaders": False, "standardHeaders": False}
    return json.dumps(
        {
            "port": ports.own,
            "upstream": ports.upstream,
            "requests": setup.limit.requests,
            "windowMs": 1000 * setup.limit.window_s,
            "own": silent | dict(setup.headers.own),
            "added": dict(setup.headers.added),
        }
    )


def _configure(template: str, setup: Setup, ports: _Ports, folder: Path) -> Path:
    """Write a configuration into the folder: the template with its gaps filled in."""
    limit = setup.limit
    values = {
        "PORT": ports.own,
        "UPSTREAM": ports.upstream,
        "FOLDER": folder,
        "REQUESTS": limit.requests,
        "WINDOW_S": limit.window_s,
        "PER_MIN": round(limit.per_min),
        "BURST": f"burst={limit.burst}{'' if limit.delays else ' nodelay'}" if limit.burst else "",
        "STATUS": limit.status,
        "HEADERS": "\n".join(_header_lines(setup)),
    }
    text = (HERE / template).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (folder / template).write_text(text, encoding="utf-8")
    return folder / template


def _header_lines(setup: Setup) -> Iterator[str]:
    yield from (HEADER_LINES[setup.kind] % header for header in setup.headers.added.items())
    # Without "always" nginx leaves refusals alone.
    yield from (f'add_header {name} "{value}";' for name, value in setup.headers.passed_on.items())
