"""The pages as a site: built in strict mode, complete, and nothing in it is another host's."""

import functools
import importlib.util
import inspect
import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

import validator
from tests.support.docs.blocks import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LOADED = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=\"(?:https?:)?//[^\"]*")

pytestmark = pytest.mark.slow


def needs(found, what):
    """Skip where something is missing that .ci/run installs, and fail there."""
    if not found:
        assert "CI" not in os.environ, f"no {what}, which .ci/run installs"
        pytest.skip(f"needs {what}")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site into a folder; return it."""
    needs(importlib.util.find_spec("mkdocs"), "mkdocs, of the group docs")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def test_the_site_has_every_page(site):
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}

    assert {path.stem for path in site.glob("*.html")} == {*pages, "404"}


def test_the_site_loads_nothing_from_another_host(site):
    assert not [found for page in site.glob("*.html") for found in LOADED.findall(page.read_text())]


def test_the_reference_has_every_public_name_and_its_arguments(site):
    text = (site / "reference.html").read_text()
    names = [name for name in validator.__all__ if name != "__version__"]
    arguments = [
        argument
        for name in names
        if inspect.isfunction(getattr(validator, name))
        for argument in inspect.signature(getattr(validator, name)).parameters
    ]

    assert not [name for name in names if f'id="validator.{name}"' not in text]
    assert not [argument for argument in arguments if f"<code>{argument}</code>" not in text]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture
def served(site):
    """Serve the site on a loopback port; return its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_browser_shows_and_searches_the_site_and_asks_no_other_host(served):
    needs(CHROMIUM, "Chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - takes long, and may go unused

    said = []
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda one: None if one.url.startswith(served) else said.append(one.url))
        for path in ("index", "start", "reference"):
            page.goto(f"{served}/{path}.html")
            width = page.evaluate("document.documentElement.scrollWidth")
            assert (path, width) == (path, 360)
        page.goto(f"{served}/index.html?q=suspect")
        page.wait_for_selector(".md-search-result__item")
        browser.close()
    assert said == []
