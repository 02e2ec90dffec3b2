"""The page against those who are not its owner."""

import re
import resource
import stat

import httpx
import pytest

from tests.support.web.opened import LEADS, alert

pytestmark = pytest.mark.anyio

KEY = "sk_test_0123456789abcdefghijklmn"


async def addresses(page):
    """Every address that a page offers, and those of a list: (method, address)."""
    list_page = await page.bring()
    front = [("GET", "/"), ("GET", "/history"), *(("POST", one) for one in ("/lists", "/key", "/key/forget"))]
    front += [("POST", "/suppress"), ("POST", "/suppress/remove")]
    looks = ("", "/reading", "/sessions", "/progress", "/files/", "/files/leads.checked.csv")
    acts = ("/reading", "/sample", "/check", "/pause", "/stop", "/remove")
    of_list = [("GET", list_page + one) for one in looks] + [("POST", list_page + one) for one in acts]
    return front + of_list


async def test_without_the_cookie_nothing_is_shown_or_done(page):
    async with page() as opened:
        offered = await addresses(opened)
        async with opened.stranger() as stranger:
            for method, address in offered:
                refused = await stranger.request(method, address)
                assert refused.status_code == 403, address
                assert "leads.csv" not in refused.text
                assert "has printed in its terminal" in alert(refused)
        assert len(opened.parts.lists.all()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example:8765", "Origin": "http://rebound.example:8765"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_with_the_cookie_another_site_gets_nothing_either(page, headers):
    async with page() as opened:
        for method, address in await addresses(opened):
            refused = await opened.browser.request(method, address, headers=headers)
            assert refused.status_code == 403, address
            assert "leads.csv" not in refused.text
        assert len(opened.parts.lists.all()) == 1


async def test_every_route_is_among_those_that_are_tried(page):
    async with page() as opened:
        tried = {re.sub(r"[0-9a-f]{16}", "{id}", one) for _, one in await addresses(opened)}
        app = opened.app._app._app
        routes = {route.path for route in app.routes} - {"/static", "/static/report.css"}

    assert {one.replace("{name}", "leads.checked.csv") for one in routes} == tried


async def test_the_link_is_exchanged_once_for_a_cookie_that_stays_with_the_page(page):
    async with page() as opened, opened.stranger() as stranger:
        spent = await stranger.get(f"/open?token={opened.tokens[0]}")
        assert spent.status_code == 403
        assert "printed last" in alert(spent)
        assert "set-cookie" not in spent.headers

        fresh = await stranger.get(
            f"/open?token={opened.tokens[1]}", headers={"Sec-Fetch-Site": "cross-site"}
        )
        cookie = fresh.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert (await stranger.get("/")).status_code == 200


async def test_what_is_open_to_all_leads_nowhere_else(page):
    async with page() as opened, opened.stranger() as stranger:
        list_page = await opened.bring()
        for way in ("..", "%2e%2e", "..%2f..", "%2e%2e/templates", "/"):
            found = await stranger.get(f"/static/{way}{list_page}")
            assert found.status_code in {403, 404}, way
            assert "leads.csv" not in found.text


async def test_a_crash_is_said_without_what_it_was_about(page, tmp_path):
    async with page() as opened:
        list_page = await opened.bring()
        record = next((tmp_path / "web" / "lists").glob("*/list.json"))
        record.write_text("+447400123456 is no JSON")
        transport = httpx.ASGITransport(app=opened.app, raise_app_exceptions=False)
        opened.browser._transport = transport
        crashed = await opened.browser.get(list_page)
    assert crashed.status_code == 500
    assert "a bug of this program" in alert(crashed)
    assert "447400123456" not in crashed.text


async def test_what_the_disk_does_not_take_is_one_notice_and_leaves_nothing(page, tmp_path):
    async with page() as opened:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, before[1]))
        try:
            refused = await opened.browser.post("/lists", files={"file": ("leads.csv", LEADS * 100)})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert (refused.status_code, alert(refused)) == (507, "this machine refuses: File too large")
    assert not list((tmp_path / "web").glob("incoming-*"))


@pytest.mark.parametrize("token", ["", "?token=", "?token=wrong", "?token=%00"])
async def test_a_wrong_token_opens_nothing(page, token):
    async with page() as opened, opened.stranger() as stranger:
        assert (await stranger.get(f"/open{token}")).status_code == 403
        assert (await stranger.get("/", headers={"Cookie": "validator="})).status_code == 403


async def test_a_password_signs_in_and_its_guessing_is_slowed_down(page):
    async with page(password="correct horse") as opened, opened.stranger() as stranger:
        assert "Password" in (await stranger.get("/")).text
        wrong = await stranger.post("/sign-in", data={"password": "wrong"})
        assert (wrong.status_code, "not the password" in alert(wrong)) == (403, True)
        right = await stranger.post("/sign-in", data={"password": "correct horse"})
        assert right.headers["location"] == "/"
        assert (await stranger.get("/")).status_code == 200

        for _ in range(5):
            last = await stranger.post("/sign-in", data={"password": "wrong"})
        assert (last.status_code, "Wait a minute" in alert(last)) == (429, True)
        foreign = await stranger.post("/sign-in", headers={"Origin": "http://evil.example"})
        assert foreign.status_code == 403


async def test_without_a_password_there_is_no_way_in_by_one(page):
    async with page() as opened, opened.stranger() as stranger:
        assert (await stranger.post("/sign-in", data={"password": ""})).status_code == 403


async def test_every_response_forbids_scripts_of_others_and_inline_ones(page):
    async with page() as opened:
        list_page = await opened.bring()
        for address in ("/", list_page, "/static/page.js", "/nowhere", "/open?token=x"):
            response = await opened.browser.get(address)
            policy = response.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            assert "unsafe" not in policy
            assert "http" not in policy
            assert response.headers["x-content-type-options"] == "nosniff"
            assert not re.search(r"<style|style=|<script(?! src)|\son\w+=", response.text)


async def test_the_key_is_in_no_response_and_in_no_file(page, tmp_path):
    async with page() as opened:
        await opened.browser.post("/key", data={"key": KEY})
        list_page = await opened.bring()
        for address in ("/", list_page, f"{list_page}/reading"):
            assert KEY not in (await opened.browser.get(address)).text
        wrong = await opened.browser.post("/key", data={"key": f"{KEY} with blanks"})
        assert (wrong.status_code, KEY in wrong.text) == (422, False)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "name",
    [
        "leads.csv",
        "list.json",
        "%2e%2e",
        "%2e%2e%2flist.json",
        "..%2f..%2f..%2fledger.sqlite",
        "%2fetc%2fpasswd",
        "%00",
    ],
)
async def test_nothing_but_what_a_check_wrote_can_be_downloaded(page, name):
    async with page() as opened:
        list_page = await opened.bring()
        assert (await opened.browser.get(f"{list_page}/files/{name}")).status_code == 404
        for other in ("..", "%2e%2e", "0123456789abcdef", "0123456789ABCDEF", "x" * 300):
            assert (await opened.browser.get(f"/lists/{other}/files/{name}")).status_code == 404


async def test_folders_and_files_are_for_their_owner_alone(page, tmp_path):
    async with page() as opened:
        await opened.bring()
        await opened.browser.post("/suppress", files={"file": ("stop.csv", b"phone\n+447400123456\n")})
        for path in (tmp_path / "web").rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


async def test_an_upload_that_is_too_large_leaves_nothing(page, tmp_path):
    async with page(max_upload=2_000) as opened:
        for send in ({"files": {"file": ("big.csv", LEADS * 100)}}, {"content": streamed(), "headers": FORM}):
            refused = await opened.browser.post("/lists", **send)
            assert (refused.status_code, "--max-upload" in alert(refused)) == (413, True)
    assert not list((tmp_path / "web" / "lists").iterdir())
    assert not list((tmp_path / "web").glob("incoming-*"))


FORM = {"Content-Type": "multipart/form-data; boundary=x"}


async def streamed():
    """A form that does not say how long it is."""
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\n'
    for _ in range(100):
        yield LEADS
    yield b"\r\n--x--\r\n"


@pytest.mark.parametrize("address", ["/key", "/suppress/remove", "/lists/0123456789abcdef/check"])
async def test_a_form_that_has_no_end_is_refused(page, address):
    async with page() as opened:
        list_page = await opened.bring()
        address = address.replace("/lists/0123456789abcdef", list_page)
        refused = await opened.browser.post(address, content=b"key=" + b"x" * 100_000)
        assert (refused.status_code, "the form is larger than 64 KB" in alert(refused)) == (413, True)
