"""The command behind a proxy with a password, before a provider whose certificate a company has signed."""

import json
import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from processes import KEY, environment, sandbox

from tests.support import commands
from tests.support.network.servers import PASSWORD, USER, missing, proxy, tls_front


@dataclass
class Company:
    """The network of a company.

    Attributes:
        folder: the working folder of the command.
        proxy: the proxy.
        front: nginx with TLS, before the sandbox.
        ca_file: the company's authority, which no system knows.
        said: what the command has printed so far.
    """

    folder: Path
    proxy: object
    front: object
    ca_file: Path
    said: list = field(default_factory=list)

    @property
    def proxy_url(self):
        return f"http://{USER}:{PASSWORD}@127.0.0.1:{self.proxy.port}"

    def run(self, *words, host="localhost", **more):
        """Run the command; return its exit code, its last line of JSON if any, and what it said."""
        url = {"SENDAPI_BASE_URL": f"https://{host}:{self.front.port}/v1"}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        done = commands.run(
            words,
            env=kept | environment(self.folder / "state") | url | more,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said += [done.stdout, done.stderr]
        last = done.stdout.splitlines()[-1:] or [""]
        return done.returncode, json.loads(last[0]) if last[0].startswith("{") else None, done.stderr

    def keeps_its_secrets(self):
        """Whether the key is in neither's log, and the password in nothing that the command said."""
        written = [path.read_text(errors="replace") for path in self.folder.iterdir() if path.is_file()]
        key_in = [text for text in (self.proxy.said, self.front.said, *self.said) if KEY in text]
        password_in = [text for text in (*self.said, *written) if PASSWORD in text]
        return key_in == password_in == []


@pytest.fixture(scope="module")
def company(request, authority, tmp_path_factory):
    """The network of a company, with tinyproxy or the proxy that the test names."""
    kind = getattr(request, "param", "tinyproxy")
    if what := missing(kind, "nginx"):
        if "CI" in os.environ:
            pytest.fail(what)
        pytest.skip(what)
    folders = [tmp_path_factory.mktemp(name) for name in ("work", "front")]
    authority.cert_pem.write_to_path(str(folders[1] / "company.pem"))
    with ExitStack() as stack:
        port = urlsplit(stack.enter_context(sandbox("--plan", "unlimited")).url).port
        front = tls_front(folders[1], upstream=port, authority=authority)
        yield Company(
            folder=folders[0],
            proxy=stack.enter_context(proxy(kind)),
            front=stack.enter_context(front),
            ca_file=folders[1] / "company.pem",
        )
