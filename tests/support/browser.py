"""The system's Chromium, and what is wrong with a page that it shows."""

import os
import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SERIOUS = {"serious", "critical"}
# The folder that keeps what the browser shows, for `make pictures`; none if nobody wants it.
PICTURES = os.environ.get("PICTURES")

# What stands beyond the right edge, or is cut off by its own box.
CLIPPED = """
() => [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
        || (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible"))
    .map(one => one.outerHTML.slice(0, 120))
"""


@contextmanager
def launched():
    """Start Chromium without a window."""
    if CHROMIUM is None:
        assert "CI" not in os.environ, "no Chromium, which .ci/run installs"
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - takes long, and may go unused

    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


def serious_violations(page):
    """What axe finds on a page that keeps people out: rule and element."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - as above

    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]


def keep_picture(page, name):
    """Keep what a page looks like, in its whole length, if somebody wants it."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True, caret="initial")
