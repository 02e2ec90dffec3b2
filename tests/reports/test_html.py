import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from validator.reports import RateUse, SessionCounts, render_html


class Outline(HTMLParser):
    """Elements and texts of a page; fails on a tag that does not close what was opened."""

    def __init__(self, page):
        super().__init__()
        self.open, self.elements, self.texts = [], [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    def attributes(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def page(summary):
    return Outline(render_html(summary))


def test_the_page_is_well_formed_and_says_its_language(page):
    assert page.attributes("html") == [{"lang": "en"}]
    assert len(page.attributes("h1")) == 1


def test_the_page_loads_nothing_and_runs_nothing(summary):
    page = render_html(summary)

    assert not re.search(r"<script|<link|<img|@import|url\(|https?://", page)
    assert "default-src &#x27;none&#x27;" in page


def test_the_bar_shows_each_verdict_by_its_share_and_says_it_in_words(page, summary):
    segments = page.attributes("rect")

    assert [segment["class"] for segment in segments] == list(summary.verdicts)
    assert sum(float(segment["width"]) for segment in segments) == pytest.approx(1_000)
    assert any("registered 62.0 %" in text for text in page.texts)
    assert page.attributes("svg")[0]["role"] == "img"


def test_every_table_has_a_caption_and_headers_with_their_scope(page):
    assert len(page.attributes("caption")) == len(page.attributes("table")) == 3
    assert {header["scope"] for header in page.attributes("th")} == {"row", "col"}


@pytest.mark.parametrize(
    "text",
    [
        "Stopped early: the deadline was reached. Nothing is lost.",
        "validator check lists/autumn.csv --region GB",
        "No canary was possible.",
        "a landline, skipped as asked",
        "297.4 a minute of 300 allowed (99.1 %), told by X-RateLimit-Limit",
        "sess_b",
        "17.0 %",
        "lists/autumn.checked.csv",
    ],
)
def test_the_page_tells_what_the_terminal_tells(page, text):
    assert text in page.texts


def test_parts_with_nothing_to_say_are_left_out(done):
    bare = Outline(render_html(replace(done, reasons={}, sessions=[], sendable=None)))

    assert [
        text
        for text in ("Warnings", "Sessions", "Why not a plain yes", "What to do next")
        if text in bare.texts
    ] == []


def test_an_empty_list_makes_a_page_too(done):
    empty = Outline(render_html(replace(done, rows=0, verdicts={})))

    assert empty.attributes("rect") == []


def test_whatever_ends_up_in_the_text_is_escaped(summary):
    hostile = "<script>alert('x')</script>\" onload=\"x"
    page = render_html(
        replace(
            summary,
            input=f"{hostile}.csv",
            output=hostile,
            stopped_because=hostile,
            next_command=hostile[:20],
            warnings=[hostile],
            countries={hostile: 1},
            rate=RateUse(limit_per_min=1, told_by=hostile, held_s=1, hold_reason=hostile),
            sessions=[SessionCounts(session=hostile, attempts=1)],
            started_at=hostile,
            version=hostile,
        )
    )

    assert "<script" not in page
    assert {name for name, _ in Outline(page).elements} <= {
        name for name, _ in Outline(render_html(summary)).elements
    }


def test_control_characters_do_not_reach_the_page(summary):
    assert "\x00" not in render_html(replace(summary, warnings=["zero\x00byte"]))
