"""The page without a socket: its application, and a browser's worth of headers."""

import html
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import httpx

from validator.web.app import create_app
from validator.web.authenticator import Authenticator
from validator.web.guard import Hosts
from validator.web.key import KeyHolder
from validator.web.lists import Lists
from validator.web.opt_outs import OptOuts
from validator.web.parts import Parts
from validator.web.runs import Provider, Runs

HOST = "127.0.0.1:8765"
ORIGIN = f"http://{HOST}"
NAMES = Hosts(8765, frozenset({"localhost", "127.0.0.1"}))
LEADS = b"name,phone\nAnn,+447400123456\nBob,+447400123457\nCy,nonsense\n"


class Keyring:
    """A system's keyring; a broken one takes and gives nothing."""

    def __init__(self, *, broken=False):
        self.kept, self._broken = {}, broken

    def get_password(self, service, name):
        self._require_whole()
        return self.kept.get((service, name))

    def set_password(self, service, name, text):
        self._require_whole()
        self.kept[service, name] = text

    def delete_password(self, service, name):
        self._require_whole()
        del self.kept[service, name]

    def _require_whole(self):
        if self._broken:
            raise RuntimeError("no keyring is running")


@dataclass
class Opened:
    """A page that is open: its parts, the links that it announced, and a browser that has signed in."""

    parts: Parts
    tokens: list
    app: object
    browser: httpx.AsyncClient

    def stranger(self, **headers):
        """A browser that has not signed in."""
        return browser(self.app, **headers)

    async def bring(self, content=LEADS, name="leads.csv"):
        """Bring a list; return the address of its page."""
        done = await self.browser.post("/lists", files={"file": (name, content)})
        assert done.status_code == 303, done.text
        return done.headers["location"]

    async def ended(self, address):
        """Wait until no run over a list is going on; return the list."""
        stored = self.parts.lists.get(address.rpartition("/")[2])
        with anyio.fail_after(20):
            while self.parts.runs.of(stored):  # noqa: ASYNC110 - the page has no event for it: people look
                await anyio.sleep(0.005)
        return self.parts.lists.get(stored.id)


def browser(app, **headers):
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN} | headers)


@asynccontextmanager
async def opened(folder, *, key=None, keyring=None, password=None, max_upload=100_000, **provider):
    """Open a page with its files in a folder."""
    tokens = []
    authenticator = Authenticator(tokens.append, password)
    async with anyio.create_task_group() as tasks:
        lists, opt_outs = Lists(folder / "web"), OptOuts(folder / "web")
        asked = Provider(ledger=folder / "ledger.sqlite", **provider)
        holder = KeyHolder(key, keyring or Keyring(), asked.gateway)
        runs = Runs(tasks, lists, opt_outs, holder, asked)
        parts = Parts(
            folder=folder / "web",
            lists=lists,
            opt_outs=opt_outs,
            runs=runs,
            key=holder,
            authenticator=authenticator,
            max_upload=max_upload,
        )
        app = create_app(parts, NAMES)
        async with browser(app) as client:
            authenticator.offer_link()
            assert (await client.get(f"/open?token={tokens[-1]}")).status_code == 200
            yield Opened(parts, tokens, app, client)
        tasks.cancel_scope.cancel()


def alert(page):
    """What a page says in its notice, or None."""
    found = re.search(r'role="alert">(.*?)</p>', page.text)
    return found and html.unescape(found[1])
