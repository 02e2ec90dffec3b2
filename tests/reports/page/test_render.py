import re
from dataclasses import replace
from html.parser import HTMLParser
from string import ascii_uppercase

import pytest

from validator.model import Reason, Verdict
from validator.reports import CellExample, RateUse, SessionCounts, render_html
from validator.reports.page.over_time import MOST_STRIPS
from validator.reports.timeline import MOST_BUCKETS

VOID = {"meta", "wbr"}


class Outline(HTMLParser):
    """Elements and texts of a page; fails on a tag that does not close what was opened.

    The texts of elements inside of a line are joined with those around them.
    """

    def __init__(self, page):
        super().__init__()
        self.open, self.elements, self.texts = [], [], [""]
        self.feed(page)
        self.close()
        assert not self.open

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self._part(tag)

    def _part(self, tag):
        if tag not in {"bdi", "code", "span", "wbr"}:
            self.texts.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self._part(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts[-1] += data

    def says(self, text):
        return any(text in part for part in self.texts)

    def attributes(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def page(summary):
    return Outline(render_html(summary))


def test_the_page_is_well_formed_and_says_its_language(page):
    assert page.attributes("html") == [{"lang": "en"}]
    assert len(page.attributes("h1")) == 1


def test_the_page_loads_nothing_and_runs_nothing(full):
    page = render_html(full)

    assert not re.search(r"<script|<link|<img|@import|url\(|https?://|\son\w+=", page)
    assert "default-src &#39;none&#39;" in page


def test_the_answer_comes_first(page):
    texts = [text.strip() for text in page.texts if text.strip()]

    assert texts[1:4] == [
        "WhatsApp check of",
        "autumn.csv",
        "So far, 600 recipients of 1,000 rows can be sent to: they are in autumn.sendable.csv.",
    ]


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({}, "600 recipients of 1,000 rows can be sent to: they are in autumn.sendable.csv."),
        ({"sendable_rows": 1, "rows": 1}, "1 recipient of 1 row can be sent to"),
        ({"sendable": None}, "651 of 1,000 rows (65.1 %) can be sent to: they are on WhatsApp."),
        (
            {"verdicts": {"not_registered": 9}},
            "There is nobody to send to: none of 1,000 rows is known to be on WhatsApp",
        ),
    ],
)
def test_the_answer_says_how_many_and_where_they_are(done, changed, answer):
    assert Outline(render_html(replace(done, **changed))).says(answer)


def test_the_bar_shows_each_verdict_by_its_share_and_says_it_in_words(page, summary):
    segments = [one for one in page.attributes("rect") if one["class"] in summary.verdicts]

    assert [segment["class"] for segment in segments] == list(summary.verdicts)
    assert sum(float(segment["width"]) for segment in segments) == pytest.approx(1_000)
    pictures = [one for one in page.attributes("svg") if one.get("role") == "img"]
    assert "registered 62.0 %" in pictures[0]["aria-label"]


def test_every_picture_has_its_words_or_stands_beside_them(full):
    for picture in Outline(render_html(full)).attributes("svg"):
        assert (picture.get("role") == "img" and picture["aria-label"]) or picture["aria-hidden"] == "true"


def test_every_table_has_a_caption_and_headers_with_their_scope(full):
    page = Outline(render_html(full))

    assert len(page.attributes("caption")) == len(page.attributes("table")) == 9
    assert {header["scope"] for header in page.attributes("th")} == {"row", "col"}


def test_every_part_has_a_heading_that_names_it(full):
    page = Outline(render_html(full))
    ids = {heading["id"] for heading in page.attributes("h2")}

    assert {section["aria-labelledby"] for section in page.attributes("section")} == ids
    assert len(ids) == 12


@pytest.mark.parametrize(
    "text",
    [
        "Stopped early: the deadline was reached. Nothing is lost.",
        "validator check lists/autumn.csv --region GB",
        "No canary was possible.",
        "a landline, skipped as asked",
        "297.4 a minute of 300 allowed (99.1 %), limit from X-RateLimit-Limit",
        "sess_b",
        "17.0 %",
        "lists/autumn.checked.csv",
    ],
)
def test_the_page_tells_what_the_terminal_tells(page, text):
    assert page.says(text)


@pytest.mark.parametrize(
    "text",
    [
        "For example: 02* **** **34 (row 7), empty (row 1,200)",
        "column|Mob No, found by name",
        "region|GB",
        "header|row 4",
        "encoding|windows-1252",
        "rate|300/min (validator.toml)",
        "Of 990 messages to the whole list, about 322 would fail (32.5 %): at least 30.2 %, at most 37.4 %",
        "Of 600 messages to the sendable file, none is known to fail.",
        "The oldest of these answers is from 2026-11-01",
        "803 requests for 1,000 rows. 200 rows (20.0 %) cost none",
        "known from earlier runs|100|10.0 %",
        "the same number as an earlier row|50|5.0 %",
        "had been answered before, from 2026-07-01 to 2026-09-30: 12 are new on WhatsApp, 8 are gone.",
        "new yes",
        "GB|700|75.3 %|500 (71.4 %)",
        "mobile",
        "Requests a minute: used, allowed. The upper edge is 300.",
        "17.0 % of 100 attempts failed",
        "1 minheld 12 s|240|300|17|3|1",
    ],
)
def test_each_part_of_the_page_says_its_figures(full, text):
    page = Outline(render_html(full))

    assert text in "|".join(filter(None, (" ".join(part.split()) for part in page.texts)))


def test_parts_with_nothing_to_say_are_left_out(done):
    bare = Outline(render_html(replace(done, reasons={}, sessions=[], sendable=None)))
    left_out = ("Warnings", "Sessions", "Why not a plain yes", "What to do next", "has changed", "over time")

    assert [text for text in left_out if bare.says(text)] == []


def test_files_are_linked_to_with_what_they_hold(done, links):
    page = Outline(render_html(done, links))

    assert [link["href"] for link in page.attributes("a")] == [one.href for one in links]
    assert page.says("invalid.csv")
    assert page.says("to correct; the column hint says how")
    assert not Outline(render_html(done)).says("Files")


def test_an_empty_list_makes_a_page_too(done):
    empty = Outline(render_html(replace(done, rows=0, verdicts={}, countries={}, reasons={})))

    assert not any(one["class"] in set(Verdict) for one in empty.attributes("rect"))


def test_a_report_of_a_list_that_was_never_checked_says_what_is_not_known(done):
    page = Outline(render_html(replace(done, command="report")))

    assert page.says("The ledger has no finished check of this list as it is now")
    assert not page.says("cost none")


def test_a_report_says_which_check_its_requests_are_of(done):
    page = Outline(
        render_html(replace(done, command="report", check_finished_at="2026-11-20T08:30:00+00:00"))
    )

    assert page.says("requests, sessions and changes are of the check that ended 2026-11-20 08:30 UTC")
    assert page.says("cost none")


def test_the_page_stays_small_whatever_the_list_and_the_run(full):
    examples = [CellExample(row=9_999_999, cell="*" * 40)] * 5
    countries = {f"{first}{second}": 40_000 for first in ascii_uppercase for second in ascii_uppercase}
    whole = replace(full.timeline[0], held_s=30.0, paused_s=20.0)
    whole = replace(whole, session_attempts=(9,) * 100, session_failures=(1,) * 100)
    most = replace(
        full,
        rows=10_000_000,
        reasons=dict.fromkeys(Reason, 500_000),
        examples=dict.fromkeys(Reason, examples),
        countries=countries,
        sessions=[SessionCounts(session=f"sess_{place:04}", attempts=1_000) for place in range(100)],
        timeline=[replace(whole, start_s=60 * place) for place in range(MOST_BUCKETS)],
    )
    page = render_html(most)

    assert len(page.encode()) < 300_000
    assert page.count('class="strip"') == MOST_STRIPS + 2


def test_whatever_ends_up_in_the_text_is_escaped(full):
    hostile = "<script>alert('x')</script>\" onload=\"x"
    page = render_html(
        replace(
            full,
            input=f"{hostile}.csv",
            output=hostile,
            sendable=hostile,
            stopped_because=hostile,
            next_command=hostile[:20],
            warnings=[hostile],
            countries={hostile: 1},
            read_as={"column": hostile, "found_by": hostile, "delimiter": hostile},
            examples={"landline": [CellExample(row=1, cell=hostile)]},
            rate=RateUse(limit_per_min=1, told_by=hostile, held_s=1, hold_reason=hostile),
            pauses={hostile: 9.0},
            sessions=[SessionCounts(session=hostile, attempts=1), SessionCounts(session=hostile)],
            started_at=hostile,
            version=hostile,
        )
    )

    assert "<script" not in page
    assert {name for name, _ in Outline(page).elements} <= {
        name for name, _ in Outline(render_html(full)).elements
    }
    attributes = {name for _, given in Outline(page).elements for name in given}
    assert "onload" not in attributes


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x85", "\xa0", "\u202e", "\u2066", "\U000e0041"])
def test_characters_that_hide_or_reorder_are_shown_by_their_code(summary, char):
    shown = f"[U+{ord(char):04X}]"
    examples = {"landline": [CellExample(row=1, cell=f"12{char}34")]}
    page = render_html(
        replace(summary, input=f"a{char}b.csv", warnings=[f"zero{char}byte"], examples=examples)
    )

    assert char not in page
    for text in (f"a{shown}b.csv", f"zero{shown}byte", f"12{shown}34"):
        assert text in page
