from pathlib import Path

import pytest

from validator.errors import UsageError
from validator.ledger_url import LedgerUrl, database_location, ledger_location


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://db/ledger", "postgresql://db/ledger"),
        ("postgres://me:s3cret@db/ledger", "postgres://me:***@db/ledger"),
        (
            "postgresql://me:s3:cr@et@db:5433/ledger?sslmode=require",
            "postgresql://me:***@db:5433/ledger?sslmode=require",
        ),
        (
            "postgresql:///ledger?host=/tmp&password=s3cret&user=me",
            "postgresql:///ledger?host=/tmp&password=***&user=me",
        ),
        ("postgresql:///ledger?%70assword=s3cret", "postgresql:///ledger?%70assword=***"),
        ("postgresql:///ledger?pasword=s3cret&port=5433", "postgresql:///ledger?pasword=***&port=5433"),
    ],
)
def test_a_url_never_shows_its_password(text, shown):
    url = LedgerUrl(text)

    assert str(url) == shown
    assert repr(url) == f"LedgerUrl({shown!r})"
    assert url.reveal() == text


@pytest.mark.parametrize(
    ("url", "said", "shown"),
    [
        ("postgresql://me:s3%2Fcret@db/x", "no s3/cret, s3%2Fcret", "no ***, ***"),
        ("postgresql:///x?sslpassword=pa%20ss", "bad 'pa ss' or pa%20ss", "bad '***' or ***"),
        ("postgresql://me@db/x", "for user me", "for user me"),
    ],
)
def test_what_others_say_about_a_url_shows_no_password_either(url, said, shown):
    assert LedgerUrl(url).masked(said) == shown


def test_only_a_url_of_postgresql_is_no_path():
    assert isinstance(ledger_location("postgres://db/ledger"), LedgerUrl)
    assert isinstance(ledger_location("PostgreSQL://db/ledger"), LedgerUrl)
    assert ledger_location("state/ledger.sqlite") == Path("state/ledger.sqlite")
    assert LedgerUrl("postgres://db/a") == LedgerUrl("postgres://db/a")
    assert len({LedgerUrl("postgres://db/a"), LedgerUrl("postgres://db/a")}) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("postgressql://me:s3cret@db/x", "a postgressql:// URL; name a file"),
        ("mysql://me:s3cret@db/x", "a mysql:// URL"),
        ("s3://bucket/led.sqlite", "an? s3:// URL"),
        ("me:s3cret@db://x", "such a URL"),
        ("postgresql:me:s3cret@db/x", "such a URL"),
        ("postgres:/me:s3cret@db/x", "such a URL"),
        ("host=db user=me password=s3cret", "such a URL"),
        ("password = s3cret", "such a URL"),
        ("postgresql://me:s3cret@pass@db/x", "an @ too many; write that of a password as %40"),
        ("postgres://me@home:s3cret@db/x?sslmode=require", "an @ too many"),
    ],
)
def test_another_url_is_no_ledger_and_its_password_is_not_shown(text, words):
    with pytest.raises(UsageError, match=words) as raised:
        ledger_location(text)

    assert "s3cret" not in str(raised.value)
    assert ("Did you mean 'postgresql'?" in str(raised.value)) == text.startswith("postgressql")


def test_a_shared_variable_may_name_a_database_of_another_kind_but_no_misspelled_one():
    assert database_location("mysql://me:s3cret@db/x", "DATABASE_URL") is None
    assert database_location("", "DATABASE_URL") is None
    assert database_location("postgres://db/x", "DATABASE_URL") == LedgerUrl("postgres://db/x")
    with pytest.raises(
        UsageError, match=r"DATABASE_URL has a postgresq:// URL, .*mean 'postgresql'"
    ) as raised:
        database_location("postgresq://me:s3cret@db/x", "DATABASE_URL")
    assert "s3cret" not in str(raised.value)
