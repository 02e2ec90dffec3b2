"""Lists on the page: read, sampled, checked, paused, stopped, gone on with, by one person in several tabs."""

from collections import Counter
from dataclasses import replace
from functools import partial

import anyio
import pytest

from tests.support.sandboxes import served
from tests.support.web.opened import LEADS, alert
from validator import FileTargets, RunOptions, check_file, make_key
from validator.http.api_key import ApiKey
from validator.sandbox import DEFAULT_SESSIONS
from validator.web.lists import LastRun, RunState

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

KEY = "sk_test_0123456789abcdefghijklmn"
SESSION = DEFAULT_SESSIONS[0].id
NUMBERS = [f"+4474001{number:05d}" for number in range(60)]
MANY = "\n".join(["phone", *NUMBERS, ""]).encode()
FEW = "\n".join(["phone", *NUMBERS[:8], ""]).encode()
# So slow that something is left to be paused however busy the machine is; and then on as fast as may be.
SLOWLY, AT_ONCE = {"rate": "300"}, {"rate": "auto"}


@pytest.fixture
def provider(page, request):
    """Serve a sandbox, and open pages that ask it."""
    with served(limit_per_min=600, latency_ms=getattr(request, "param", 0)) as (app, url):
        yield app, partial(page, key=ApiKey(KEY), base_url=url, session=SESSION)


slowly = pytest.mark.parametrize("provider", [150], indirect=True)


async def until(condition):
    with anyio.fail_after(20):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in a server beside
            await anyio.sleep(0.005)


def asked(app):
    """How often each number of the list was asked about."""
    return Counter({number: app.log.calls(number) for number in NUMBERS})


async def test_a_check_writes_what_the_library_writes(provider, tmp_path):
    _, page = provider
    async with page() as opened:
        address = await opened.bring()
        started = await opened.browser.post(f"{address}/check", data={"rate": "600", "limit": ""})
        assert (started.status_code, started.headers["location"]) == (303, address)
        stored = await opened.ended(address)
        shown = await opened.browser.get(address)
        assert stored.check.answer in shown.text
        got = {
            name: (await opened.browser.get(f"{address}/files/{name}")).content
            for name in opened.parts.lists.files(stored)
        }
        report = await opened.browser.get(f"{address}/files/")

    (tmp_path / "leads.csv").write_bytes(LEADS)
    key = make_key(KEY, SESSION, base_url=opened.parts.runs.provider.base_url)
    targets = FileTargets(sendable=tmp_path / "leads.send.csv", split=tmp_path)
    options = RunOptions(keys=[key], ledger=tmp_path / "ledger.sqlite")
    check_file(tmp_path / "leads.csv", targets=targets, options=options)
    assert b"can be sent to" in got["report.html"]
    assert report.content == got.pop("report.html")
    assert report.headers["content-security-policy"].startswith("sandbox allow-same-origin")
    assert got == {name: (tmp_path / name).read_bytes() for name in got}
    assert len(got) == 5


async def test_a_paused_check_is_gone_on_with_and_asks_nobody_twice(provider):
    app, page = provider
    async with page() as opened:
        address = await opened.bring(MANY)
        await opened.browser.post(f"{address}/check", data=SLOWLY)
        await until(lambda: asked(app).total() >= 3)
        await opened.browser.post(f"{address}/pause")
        stored = await opened.ended(address)
        assert stored.check == LastRun(state=RunState.PAUSED)
        assert not opened.parts.lists.files(stored)
        assert "The check is paused" in (await opened.browser.get(address)).text
        assert 3 <= asked(app).total() < len(NUMBERS)

        await opened.browser.post(f"{address}/check", data=AT_ONCE)
        stored = await opened.ended(address)
    assert stored.check.state is RunState.DONE
    assert sum(stored.check.verdicts.values()) == len(NUMBERS)
    assert set(asked(app).values()) == {1}


async def test_a_stopped_check_writes_what_is_known_and_is_gone_on_with(provider):
    _, page = provider
    async with page() as opened:
        address = await opened.bring(MANY)
        await opened.browser.post(f"{address}/check", data=SLOWLY)
        await until(lambda: opened.parts.runs.of(opened.parts.lists.all()[0]).progress.done >= 3)
        await opened.browser.post(f"{address}/stop")
        stored = await opened.ended(address)
        assert stored.check.state is RunState.STOPPED
        assert stored.check.verdicts["unknown"] > 0
        assert "stopped on the page" in stored.check.headline
        written = await opened.browser.get(f"{address}/files/leads.checked.csv")
        assert written.content.count(b"not_checked") == stored.check.verdicts["unknown"]

        await opened.browser.post(f"{address}/check", data=AT_ONCE)
        assert (await opened.ended(address)).check.state is RunState.DONE


@slowly
async def test_a_run_goes_on_whoever_watches_or_stops_watching(provider):
    _, page = provider
    async with page() as opened:
        address = await opened.bring(FEW)
        await opened.browser.post(f"{address}/check", data=SLOWLY)
        seen = []

        async def watch():
            seen.append(await opened.browser.get(f"{address}/progress"))

        async with anyio.create_task_group() as tabs:
            tabs.start_soon(watch)
            tabs.start_soon(watch)
            with anyio.move_on_after(0.05):
                await opened.browser.get(f"{address}/progress")
        stored = opened.parts.lists.get(address.rpartition("/")[2])
    assert stored.check.state is RunState.DONE
    for one in seen:
        assert one.headers["content-type"].startswith("text/event-stream")
        assert "event: progress\ndata: <progress" in one.text
        assert "a minute of 300" in one.text
        assert one.text.endswith("event: ended\ndata: \n\n")


@slowly
async def test_a_second_run_over_the_same_list_is_refused_and_the_first_goes_on(provider):
    _, page = provider
    async with page() as opened:
        address = await opened.bring(MANY)
        await opened.browser.post(f"{address}/check", data=SLOWLY)
        for second in ("check", "sample", "reading", "remove"):
            refused = await opened.browser.post(f"{address}/{second}", data={"column": "phone"})
            assert (refused.status_code, "being checked" in alert(refused)) == (409, True)
        await opened.browser.post(f"{address}/pause")
        assert (await opened.ended(address)).check.state is RunState.PAUSED


async def test_the_end_of_the_page_pauses_what_runs(provider):
    _, page = provider
    async with page() as opened:
        address = await opened.bring(MANY)
        await opened.browser.post(f"{address}/check", data=SLOWLY)
        await until(lambda: opened.parts.runs.of(opened.parts.lists.all()[0]).progress.done >= 1)
    assert opened.parts.lists.all()[0].check.state is RunState.PAUSED


async def test_a_run_that_was_killed_with_the_page_is_shown_as_paused(page):
    async with page() as opened:
        address = await opened.bring()
        stored = opened.parts.lists.get(address.rpartition("/")[2])
        opened.parts.lists.save(replace(stored, check=LastRun(state=RunState.RUNNING)))
    async with page() as opened:
        shown = await opened.browser.get(address)
        assert "The check is paused" in shown.text
        assert "Go on" in shown.text


async def test_a_sample_is_not_asked_again_by_the_check(provider):
    app, page = provider
    async with page() as opened:
        address = await opened.bring(MANY)
        await opened.browser.post(f"{address}/sample", data={"size": "7", "rate": "auto"})
        stored = await opened.ended(address)
        assert stored.sample.headline.startswith("About ")
        assert stored.sample.headline in (await opened.browser.get(address)).text
        assert asked(app).total() == 7

        await opened.browser.post(f"{address}/check")
        assert (await opened.ended(address)).check.state is RunState.DONE
    assert set(asked(app).values()) == {1}


async def test_people_who_opted_out_are_neither_asked_nor_sent_to(provider):
    app, page = provider
    async with page() as opened:
        sent = await opened.browser.post(
            "/suppress", files={"file": ("stop.csv", f"phone\n{NUMBERS[0]}\n".encode())}
        )
        assert sent.status_code == 303
        address = await opened.bring(MANY[: MANY.index(NUMBERS[3].encode())])
        await opened.browser.post(f"{address}/check")
        stored = await opened.ended(address)
        assert stored.check.verdicts["suppressed"] == 1
        again = await opened.browser.post("/suppress", files={"file": ("stop.csv", LEADS)})
        assert "there is a suppression list stop.csv already" in alert(again)
        await opened.browser.post("/suppress/remove", data={"name": "stop.csv"})
        assert not opened.parts.opt_outs.paths()
    assert app.log.calls(NUMBERS[0]) == 0


async def test_the_sessions_of_the_key_are_there_to_choose_from(provider):
    _, page = provider
    async with page() as opened:
        address = await opened.bring()
        shown = (await opened.browser.get(f"{address}/sessions")).text
        assert "Shop: connected" in shown
        assert "Old phone: disconnected" in shown
        assert f'value="{SESSION}" selected' in shown


@slowly
async def test_a_run_waits_for_a_look_at_the_sessions_and_no_look_begins_while_it_goes(provider):
    """Both need the key to themselves."""
    app, page = provider
    async with page() as opened:
        address = await opened.bring(MANY)
        looks = []

        async def look():
            looks.append((await opened.browser.get(f"{address}/sessions")).text)

        async with anyio.create_task_group() as tabs:
            tabs.start_soon(look)
            await until(lambda: app.log.requests)
            await opened.browser.post(f"{address}/check", data=SLOWLY | {"limit": "3"})
            await look()
        stored = await opened.ended(address)
    assert "once no list is being checked" in looks[0]
    assert "Shop: connected" in looks[1]
    assert stored.check.why == ""
    assert stored.check.verdicts["unknown"] == len(NUMBERS) - 3


async def test_what_the_provider_refuses_is_said_and_the_page_goes_on(provider):
    _, page = provider
    async with page() as opened:
        address = await opened.bring()
        await opened.browser.post(f"{address}/check", data={"session": "sess_nobody"})
        stored = await opened.ended(address)
        assert stored.check.state is RunState.FAILED
        assert "sess_nobody" in alert_of_result(await opened.browser.get(address))
        assert (await opened.browser.get("/history")).status_code == 200


def alert_of_result(page):
    return page.text.split('class="headline bad">')[1].split("</p>")[0]


async def test_earlier_runs_are_those_of_the_ledger(provider):
    _, page = provider
    async with page() as opened:
        assert "no run so far" in (await opened.browser.get("/history")).text
        address = await opened.bring()
        await opened.browser.post(f"{address}/check")
        await opened.ended(address)
        shown = (await opened.browser.get("/history")).text
        assert "leads.csv" in shown
        assert "invalid 1" in shown


async def test_another_gateway_is_asked_with_its_own_key_address_and_session(page):
    with served(gateway="waha") as (app, url):
        address = url.removesuffix("/v1")
        other = {"gateway": "waha", "key": ApiKey("any"), "base_url": address, "session": "default"}
        async with page(**other) as opened:
            assert "The page uses WAHA." in (await opened.browser.get("/")).text
            listed = await opened.bring(FEW)
            plan = await opened.browser.get(f"{listed}/reading")
            assert "at 60 a minute" in plan.text
            await opened.browser.post(f"{listed}/check", data={"rate": "600"})
            stored = await opened.ended(listed)

    assert stored.check.state is RunState.DONE, stored.check.why
    assert sum(asked(app).values()) >= 8
