"""The system's PostgreSQL in a temporary folder, on a socket, for as long as a block lasts."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from validator.ledger_url import LedgerUrl

SUPERUSER = "owner"
TEMPLATE = "ledger_template"
ROOM_BYTES = 2 * 2**30
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "logging_collector": "off",
}


def program(name):
    """Return the path of a program of PostgreSQL; the test is skipped without it, and fails under CI=1."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    found = next((str(folder / name) for folder in reversed(folders) if (folder / name).exists()), None)
    found = found or shutil.which(name)
    if found is None:
        assert not os.environ.get("CI"), f"PostgreSQL's {name} is not installed"
        pytest.skip(f"PostgreSQL's {name} is not installed")
    return found


def _as_somebody():
    """Return how to start PostgreSQL, which refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = next(name for name in ("postgres", "nobody") if name in {one.pw_name for one in pwd.getpwall()})
    found = pwd.getpwnam(user)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def _quick_folder():
    """Return a folder in memory if there is room, since commits wait for the disk; None for the usual one."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free >= ROOM_BYTES else None


class PostgresServer:
    """A server that can be stopped in the midst of everything, and started again."""

    def __init__(self, folder):
        self.folder = folder
        self.data = folder / "data"
        self._who = _as_somebody()
        self._process = None

    def make(self):
        if self._who:
            os.chown(self.folder, self._who["user"], self._who["group"])
        options = ["--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8", "--no-locale", "--no-sync"]
        self._run(program("initdb"), f"--pgdata={self.data}", *options)

    def start(self, **settings):
        chosen = {**SETTINGS, "unix_socket_directories": str(self.folder), **settings}
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [program("postgres"), "-D", str(self.data), *options],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._who,
        )
        self._wait_until_ready()

    def stop(self, mode="fast"):
        if self._process is not None:
            self._run(program("pg_ctl"), "stop", "-w", "-D", str(self.data), "-m", mode)
            self._process.wait()
            self._process = None

    def url(self, database, user=SUPERUSER):
        return LedgerUrl(f"postgresql:///{database}?host={self.folder}&user={user}")

    def execute(self, *statements, database="postgres"):
        with closing(psycopg.connect(self.url(database).reveal(), autocommit=True)) as connection:
            for statement in statements:
                connection.execute(statement)

    def new_database(self):
        """Return the URL of a database with an empty ledger."""
        name = f"ledger_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url(name)

    def drop(self, url):
        self.execute(f"DROP DATABASE {self.name_of(url)} WITH (FORCE)")

    def name_of(self, url):
        return url.reveal().removeprefix("postgresql:///").partition("?")[0]

    def _wait_until_ready(self):
        for _ in range(600):
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                assert self._process.poll() is None, "PostgreSQL has not started"
                time.sleep(0.05)
            else:
                return
        raise AssertionError("PostgreSQL has not started within 30 s")

    def _run(self, *command):
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, **self._who)


@contextmanager
def running_server():
    """Make a server in a folder of its own, with an empty ledger as template, and stop it in the end."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_quick_folder()))
    server = PostgresServer(folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)
