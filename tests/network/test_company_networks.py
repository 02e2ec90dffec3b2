"""Runs through proxies of others (tinyproxy, squid), to nginx with a certificate of a company's own."""

import os

import pytest

pytestmark = pytest.mark.slow

# 2,000 are for the figures; a few show the same.
NUMBERS = int(os.environ.get("PROXY_NUMBERS", "200"))

# Kept free for fiction: 555-0100 to 555-0199 in each area, and 07700 900000 to 900999.
FICTION = [f"+1{area}55501{line:02}" for area in range(201, 220) if area != 211 for line in range(100)]
FICTION += [f"+447700{line}" for line in range(900_100, 901_000)]
PLAIN = ("--accept", "possible", "--rate", "none", "--no-canaries", "--json")
EACH_PROXY = pytest.mark.parametrize("company", ["tinyproxy", "squid"], indirect=True)


@pytest.fixture
def leads(company):
    (company.folder / "leads.csv").write_text("phone\n" + "\n".join(FICTION[:NUMBERS]) + "\n")
    return "leads.csv"


@EACH_PROXY
def test_a_whole_list_goes_through_a_proxy_with_a_password_to_a_private_authority(company, leads):
    trusted = {"HTTPS_PROXY": company.proxy_url, "SSL_CERT_FILE": str(company.ca_file)}

    code, summary, said = company.run("check", leads, *PLAIN, "--refresh", **trusted)

    assert code == 0, said
    verdicts = summary["verdicts"]
    assert verdicts["registered"] + verdicts["not_registered"] == NUMBERS
    assert summary["calls"]["attempts"] == summary["calls"]["answers"] == NUMBERS
    assert f"CONNECT localhost:{company.front.port}" in company.proxy.said
    assert company.front.said.count("/check") >= NUMBERS
    assert company.keeps_its_secrets()


def test_flags_beat_the_environment_and_the_next_command_hides_the_password(company, leads):
    words = ("--proxy", company.proxy_url, "--ca-file", company.ca_file, "--limit", "3", "--refresh")

    code, summary, said = company.run(
        "check", leads, *PLAIN, *words, HTTPS_PROXY="http://127.0.0.1:9", NO_PROXY="*"
    )

    assert code == 5, said
    assert summary["calls"]["answers"] == 3
    assert f"--proxy http://ann:PASSWORD@127.0.0.1:{company.proxy.port}" in said
    assert company.keeps_its_secrets()


@EACH_PROXY
@pytest.mark.parametrize(
    ("credentials", "words"),
    [("", "wants credentials (407)"), ("ann:wrong-2026@", "does not take this user name and password (40")],
)
def test_a_password_that_is_missing_or_wrong_ends_the_run_and_says_what_to_do(
    company, leads, credentials, words
):
    url = f"http://{credentials}127.0.0.1:{company.proxy.port}"

    trusted = {"HTTPS_PROXY": url, "SSL_CERT_FILE": str(company.ca_file)}
    asked = company.front.said.count("GET")

    code, _, said = company.run("check", leads, *PLAIN, "--refresh", **trusted)

    assert code == 2, said
    assert words in said
    assert "wrong-2026" not in said
    assert company.front.said.count("GET") == asked
    assert company.keeps_its_secrets()


def test_the_remedy_for_an_authority_that_nobody_knows_works(company):
    code, _, said = company.run("sessions", HTTPS_PROXY=company.proxy_url)
    assert code == 6, said
    assert (
        "Trusted is the system's store; if a company's own authority has signed it, name its file with "
        in said
    )

    assert company.run("sessions", "--ca-file", company.ca_file, HTTPS_PROXY=company.proxy_url)[0] == 0
    assert company.run("sessions", "--ca-file", company.ca_file, "--proxy", "none")[0] == 0


def test_an_exception_goes_straight_to_the_server(company):
    before = company.proxy.said.count("CONNECT localhost")
    trusted = {"SSL_CERT_FILE": str(company.ca_file)}

    code, _, said = company.run("sessions", HTTPS_PROXY="http://127.0.0.1:9", NO_PROXY="localhost", **trusted)

    assert code == 0, said
    assert company.proxy.said.count("CONNECT localhost") == before
