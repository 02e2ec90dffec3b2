"""The location of a ledger: a file, or a database with a URL."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qsl, quote, unquote

from validator.errors import UsageError
from validator.nearest import suggestion
from validator.pattern import Pattern

SCHEMES = ("postgresql://", "postgres://")
_WORDS = tuple(scheme.removesuffix("://") for scheme in SCHEMES)

# Parameters of libpq that are secrets (postgresql.org/docs/current/libpq-connect.html), and usual ones that
# are shown: any other may be a secret whose name is misspelled.
SECRETS = ("password", "sslpassword", "oauth_client_secret")
SHOWN = frozenset(
    {
        "application_name", "channel_binding", "connect_timeout", "dbname", "host", "hostaddr", "keepalives",
        "options", "port", "service", "sslcert", "sslkey", "sslmode", "sslrootcert", "target_session_attrs",
        "user",
    }
)  # fmt: skip
# How a connection is described without a URL: `host=db password=...`, `postgresql:me:...@db`.
_NO_URL = Pattern(r"(?i)postgres(ql)?:|(.*\s)?(host|hostaddr|dbname|user|password|service)\s*=")
HIDDEN = "***"


class LedgerUrl:
    """The URL of a database; it hides its passwords if it is printed."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the URL as it was given, with its passwords."""
        return self._text

    def masked(self, text: str) -> str:
        """Return a text in which the passwords of this URL are hidden, escaped or not."""
        for secret in sorted(self._secrets(), key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text

    def _secrets(self) -> set[str]:
        _, _, rest = self._text.partition("://")
        user_info, _, _ = rest.partition("?")[0].rpartition("@")
        query = parse_qsl(rest.partition("?")[2].partition("#")[0], keep_blank_values=True)
        plain = {value for name, value in query if name.lower() in SECRETS}
        written = {user_info.partition(":")[2]} | plain
        return {form for one in written for form in (one, unquote(one), quote(one, safe="")) if form}

    def __str__(self) -> str:
        """Return the URL with its passwords hidden."""
        scheme, separator, rest = self._text.partition("://")
        before, at, after = rest.rpartition("@")
        if at and ":" in before:
            before = f"{before.partition(':')[0]}:{HIDDEN}"
        address, mark, query = f"{before}{at}{after}".partition("?")
        parts = (_hidden(part) for part in query.split("&"))
        return f"{scheme}{separator}{address}{mark}{'&'.join(parts)}"

    def __repr__(self) -> str:
        """Return the masked URL as a constructor call."""
        return f"LedgerUrl({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        """Whether the other object is the same URL, passwords included."""
        return isinstance(other, LedgerUrl) and self._text == other._text

    def __hash__(self) -> int:
        """Return the hash of the URL."""
        return hash(self._text)


Location: TypeAlias = Path | LedgerUrl
"""The location of a ledger."""


def ledger_location(text: str) -> Location:
    """Return the location that a text names: the URL of a PostgreSQL database, otherwise a path.

    Raises:
        UsageError: it is another URL, or describes a connection in another way. As a path it would be a new
            ledger in a file or a folder named like the password.
    """
    if text.lower().startswith(SCHEMES):
        return _readable(text)
    if "://" not in text and not _NO_URL.match(text):
        return Path(text)
    raise UsageError(
        f"a ledger cannot be {_kind_of(text)}; name a file, or a database with postgresql://HOST/DATABASE "
        f"(--ledger).{_nearest(text)}"
    )


def database_location(text: str, variable: str) -> LedgerUrl | None:
    """Return the database that a variable names which other programs share; None if it is of another kind.

    Raises:
        UsageError: it looks like a misspelled URL of PostgreSQL.
    """
    if text.lower().startswith(SCHEMES):
        return _readable(text)
    if "://" in text and (hint := _nearest(text)):
        raise UsageError(
            f"{variable} has {_kind_of(text)}, which is no kind of ledger; correct it, or name the ledger "
            f"with --ledger.{hint}"
        )
    return None


def _readable(text: str) -> LedgerUrl:
    """Return the URL. With two @ a part of the password would be the host, which messages name."""
    url = LedgerUrl(text)
    if text.partition("?")[0].count("@") > 1:
        raise UsageError(f"the URL of the ledger {url} has an @ too many; write that of a password as %40")
    return url


def _scheme_of(text: str) -> str:
    return text.partition("://")[0].strip()


def _kind_of(text: str) -> str:
    """Return a name for a URL which shows no more of it than its scheme."""
    scheme = _scheme_of(text)
    return f"a {scheme}:// URL" if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,30}", scheme) else "such a URL"


def _nearest(text: str) -> str:
    return suggestion(_scheme_of(text), _WORDS)


def _hidden(parameter: str) -> str:
    name, equals, _ = parameter.partition("=")
    return f"{name}={HIDDEN}" if equals and unquote(name).lower() not in SHOWN else parameter
