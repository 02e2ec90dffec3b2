"""The page as a browser shows it: the system's Chromium, offline, in each width and light people have."""

from dataclasses import replace

import pytest

from tests.support.browser import CLIPPED, keep_picture, launched, serious_violations
from validator.model import Reason
from validator.reports import CellExample, ReadingCount, SessionCounts, render_html

pytestmark = pytest.mark.slow

# Figures that stand on more than two lines: a column was pressed together.
PRESSED = """
() => [...document.querySelectorAll(".figure")].filter(one => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return new Set([...range.getClientRects()].map(line => Math.round(line.top))).size > 2;
}).map(one => one.outerHTML)
"""
COLOURS = "() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
SHOWN = [
    *(("full", width, scheme) for width in (360, 768, 1280) for scheme in ("light", "dark")),
    ("crowded", 360, "light"),
    ("crowded", 1280, "dark"),
    ("done", 360, "dark"),
]


@pytest.fixture(scope="module")
def browser():
    with launched() as opened:
        yield opened


@pytest.fixture
def opened(browser, tmp_path, links):
    """Open the page of a summary, with links; return it. Whatever the console says is an error."""
    contexts, said = [], []

    def load(summary, width=768, **options):
        path = tmp_path / "report.html"
        path.write_text(render_html(summary, links), encoding="utf-8")
        contexts.append(
            browser.new_context(viewport={"width": width, "height": 800}, offline=True, **options)
        )
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if request.url != path.as_uri() else None)
        page.goto(path.as_uri())
        return page

    yield load
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture
def crowded(full):
    """Figures as wide as they get, and names that have nowhere to break."""
    long = "x" * 300
    return replace(
        full,
        input=f"lists/{long}.csv",
        sendable=f"lists/{long}.sendable.csv",
        next_command=f"validator check lists/{long}.csv",
        warnings=[long],
        rows=10_000_000,
        distinct_numbers=9_000_000,
        read_as={"column": f"\N{ARABIC LETTER ALEF}\N{RIGHT-TO-LEFT OVERRIDE}{long}", "found_by": "name"},
        verdicts=dict.fromkeys(full.verdicts, 2_000_000),
        reasons=dict.fromkeys(Reason, 400_000),
        examples=dict.fromkeys(Reason, [CellExample(row=9_999_999, cell="*" * 40)] * 5),
        readings=[ReadingCount(reading="zero_before_code", rows=9_999_999)],
        countries={"GB": 9_000_000, "BR": 900_000},
        registered_countries={"GB": 8_765_432},
        sessions=[
            SessionCounts(session=long, attempts=9_999_999, failures=999_999, canaries=10),
            SessionCounts(session="sess_b"),
        ],
    )


@pytest.mark.parametrize(("kind", "width", "scheme"), SHOWN)
def test_nothing_is_clipped_and_axe_finds_nothing_serious(opened, request, kind, width, scheme):
    page = opened(request.getfixturevalue(kind), width, color_scheme=scheme)
    keep_picture(page, f"report-{kind}-{width}-{scheme}")
    page.locator("summary").evaluate_all("all => all.forEach(one => one.click())")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CLIPPED) == []
    assert page.evaluate(PRESSED) == []
    assert serious_violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_printed_dark_on_white_with_every_figure(opened, full, scheme):
    page = opened(full, color_scheme=scheme)
    page.emulate_media(media="print")

    assert page.get_by_role("table", name="The run over time").is_visible()
    colours = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert colours == ["rgb(27, 33, 38)", "rgb(255, 255, 255)"]
    assert page.evaluate(CLIPPED) == []
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_screen_reader_finds_each_part_picture_and_table_by_its_name(opened, full):
    page = opened(full)

    assert page.get_by_role("heading", level=1).inner_text() == "autumn.csv"
    for part in ("Verdicts", "If the list were sent to as it is", "Sessions and rate over time"):
        assert page.get_by_role("region", name=part).is_visible()
    assert page.get_by_role("img", name="Rows by verdict: registered 62.0 %").is_visible()
    assert page.get_by_role("table", name="Rows by reason").get_by_role("rowheader").count() == len(
        full.reasons
    )


def test_the_figures_of_the_charts_are_shown_by_the_keyboard_alone(opened, full, links):
    page = opened(full)
    table = page.get_by_role("table", name="The run over time")

    assert not table.is_visible()
    for _ in (*links, "the figures"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert table.is_visible()


def test_the_page_reads_the_same_without_scripts(opened, full):
    page = opened(full, java_script_enabled=False)

    assert page.get_by_text("600 recipients of 1,000 rows can be sent to").is_visible()
