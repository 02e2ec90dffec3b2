"""Wrong texts in the fields of a list: refused before they are stored, with the form still there."""

import html
import re
from dataclasses import replace

import pytest

from validator.http.api_key import ApiKey
from validator.web.lists import Choices, LastRun, RunState

pytestmark = pytest.mark.anyio

KEY = "sk_test_0123456789abcdefghijklmn"
WRONG = [
    ("rate", "60 per minute"),
    ("rate", "abc"),
    ("rate", "1000000/min"),
    ("limit", "x"),
    ("limit", "-1"),
    ("limit", "1.5"),
    ("limit", "9" * 5000),
    ("size", "0"),
    ("size", "9" * 30),
    ("region", "Atlantis"),
]


@pytest.fixture
def page(page):
    """Open a page that has what a run needs, so that only the choice is wrong."""
    return lambda: page(key=ApiKey(KEY), session="sess_1")


def problem(text, field):
    """The message at a field, or None."""
    found = re.search(f'id="{field}-why" role="alert">(.*?)</span>', text)
    return found and html.unescape(found[1])


def value(text, field):
    """The text in a field of a form."""
    return html.unescape(re.search(f'<input id="{field}" [^>]*?value="([^"]*)"', text)[1])


@pytest.mark.parametrize("kind", ["check", "sample"])
@pytest.mark.parametrize(("field", "text"), WRONG)
async def test_a_wrong_choice_keeps_the_form_and_stores_nothing(page, field, text, kind):
    async with page() as opened:
        address = await opened.bring()
        before = opened.parts.lists.all()
        entered = {"rate": "120", "limit": "7", "session": "sess_9", field: text}
        refused = await opened.browser.post(f"{address}/{kind}", data=entered)
        assert refused.status_code == 422
        assert problem(refused.text, field)
        assert {name: value(refused.text, name) for name in entered} == entered
        assert "Start the check" in refused.text
        assert "?session=sess_9" in refused.text, "the choice of sessions keeps what was entered"
        assert opened.parts.lists.all() == before
        again = await opened.browser.get(f"{address}/reading")
        assert problem(again.text, field) is None


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
async def test_a_wrong_region_keeps_the_reading_and_the_results(page, headers):
    async with page() as opened:
        address = await opened.bring()
        done = opened.parts.lists.all()[0].with_run("check", LastRun(state=RunState.DONE))
        opened.parts.lists.save(done)
        entered = {"region": "Atlantis", "column": "phone"}
        refused = await opened.browser.post(f"{address}/reading", data=entered, headers=headers)
        assert refused.status_code == 422
        assert "'Atlantis' is not known" in problem(refused.text, "region")
        assert value(refused.text, "region") == "Atlantis"
        assert "Start the check" in refused.text
        assert refused.text.startswith("<!DOCTYPE html>") is not bool(headers)
        assert opened.parts.lists.all() == [done]


@pytest.mark.parametrize(("field", "text"), WRONG)
async def test_a_list_with_a_wrong_choice_of_an_older_version_is_usable(page, field, text):
    async with page() as opened:
        address = await opened.bring()
        stored = replace(opened.parts.lists.all()[0], choices=Choices(**{field: text}))
        opened.parts.lists.save(stored.with_run("check", LastRun(state=RunState.STOPPED)))
        shown = (await opened.browser.get(f"{address}/reading")).text
        assert (problem(shown, field) is None, value(shown, field)) == (False, text)
        assert "Start the check" in shown
        gone_on = await opened.browser.post(f"{address}/check")
        assert (gone_on.status_code, problem(gone_on.text, field)) == (422, problem(shown, field))
        # The other form is not about this field, and works.
        reread = await opened.browser.post(f"{address}/reading", data={"column": "phone"})
        assert reread.status_code == 303
        form = "reading" if field == "region" else "check"
        corrected = await opened.browser.post(f"{address}/{form}", data={field: ""})
        assert corrected.status_code == 303
        assert getattr(opened.parts.lists.all()[0].choices, field) == ""


async def test_spaces_around_a_choice_do_not_make_it_wrong(page):
    async with page() as opened:
        address = await opened.bring()
        entered = {"rate": " 120 ", "limit": " 7 ", "size": " "}
        assert (await opened.browser.post(f"{address}/check", data=entered)).status_code == 303
