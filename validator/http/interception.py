"""Responses that are not in the gateway's own form: guesses which program sent them. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from validator.errors import Intercepted, RateLimited, Redirected, ServerError
from validator.http.masking import one_line
from validator.model import RateNotice

if TYPE_CHECKING:
    from validator.errors import ApiError
    from validator.http.reply import Reply

# Their meaning in RFC 9110 (15.5.9), RFC 8470 (5.2) and RFC 6585 (4) does not depend on the sender.
_TRY_AGAIN = frozenset({408, 425})
_SLOW_DOWN = 429
# Not found, method not allowed: usually a wrong base URL, but servers under maintenance answer so too.
_NOT_THERE = frozenset({404, 405})

# The start of a page is enough to recognize it.
_MAX_PAGE_BYTES = 4_096

GATEWAYS = frozenset({"SendAPI", "Evolution API", "Evolution Go", "WAHA", "GREEN-API", "GOWA", "wuzapi"})
# Names for messages only. The first pattern that matches decides. They are compiled when they are used, since
# most runs get no such response.
_LOOKS = (
    ("a proxy's log-in", r"^proxy-authenticate:|proxy authentication|cache access denied"),
    (
        "a firewall's challenge",
        (
            r"^cf-mitigated:|^x-amzn-waf-|just a moment|attention required|checking your browser|captcha"
            r"|\berror(?: code)?:? 1\d\d\d\b|incapsula|sucuri|akamai|edgesuite|request blocked"
            r"|you have been blocked|web application firewall|ddos"
        ),
    ),
    ("an API gateway", r"^x-kong-|^x-amzn-errortype:|^apim-|^x-tyk-|^server: (?:kong|tyk|apisix|envoy)"),
    ("an API gateway", r"no route matched|missing authentication token|no api key found|api gateway"),
    # Gateways. The address may belong to another one than the configured one.
    ("SendAPI", r'"error":\s*\{[^{}]*"code":\s*40[0-9]{2}\b'),
    ("Evolution API", r'"response":\s*\{\s*"message":|"isboom":\s*true|license_required'),
    ("Evolution Go", r"^access-control-allow-headers: [^\n]*\bapikey, apikey$"),
    ("WAHA", r'"message":\s*"cannot (?:get|post) /[^{}]*"statuscode":\s*404|"expected":\s*\["working"'),
    ("GREEN-API", r'"path":\s*"/wainstance|"statuscode":[^{}]*"timestamp":[^{}]*"path":'),
    (
        "GOWA",
        (
            r'^www-authenticate: basic realm="restricted"'
            r'|"code":\s*"(?:authentication_error|invalid_wa_cli|device_(?:not_found|id_required))"'
        ),
    ),
    ("wuzapi", r'"code":\s*\d+,\s*"error":\s*"[^"]*",\s*"success":\s*false[^{}]*\}'),
    # Proxies and other programs send this too, also while a server starts.
    ("wuzapi, or another server written in Go", r'"success":\s*false[^{}]*\}|^404 page not found$'),
    ("a captive portal", r"captive|hotspot|wispr|\bwi-?fi\b|^location: \S*(?:portal|login|signin)"),
)
_LOOKS_BY_STATUS = {304: "a cache", 407: "a proxy's log-in", 511: "a captive portal"}


def intercepted(reply: Reply, *, rate: RateNotice, request_id: str = "") -> ApiError:
    """Return the failure for a refusal that is not in the gateway's own form.

    It is `ServerError` for 408, 425 and 5xx, `RateLimited` for 429, `Redirected` for 3xx, and `Intercepted`
    for the rest. Each is transient, or has to be confirmed before it counts.

    Args:
        reply: the response.
        rate: its rate notice. Limits are used only if the refusal is about load.
        request_id: the id of the exchange, if there is one.
    """
    kind, remedy = _kind_of(reply.status)
    about_load = kind in {RateLimited, ServerError}
    location = one_line(reply.headers.get("location", ""))
    leads = f" to {location}" if location else ""
    return kind(
        f"something in between answered {reply.status}{leads}, and not the provider: it looks like "
        f"{appearance(reply)}{remedy}",
        status=reply.status,
        request_id=request_id,
        rate=rate if about_load else RateNotice(sent_at_s=rate.sent_at_s),
    )


def _kind_of(status: int) -> tuple[type[ApiError], str]:
    """Return the kind of failure, and what to do about it, or nothing."""
    if 300 <= status < 400:  # noqa: PLR2004 - the class of statuses called 3xx
        remedy = "Check --base-url; redirects are not followed, since the key would travel along"
        return Redirected, f". {remedy}"
    if status == _SLOW_DOWN:
        return RateLimited, ""
    if status in _TRY_AGAIN or status >= 500:  # noqa: PLR2004 - the class of statuses called 5xx
        return ServerError, ""
    return Intercepted, ". If this stays so, --base-url is wrong" if status in _NOT_THERE else ""


def appearance(reply: Reply) -> str:
    """Return what a response looks like, for a message: "a captive portal", "an error page"."""
    text = _text_of(reply)
    found = (name for name, pattern in _LOOKS if re.search(pattern, text, re.MULTILINE))
    return next(found, "") or _LOOKS_BY_STATUS.get(reply.status) or _kind_of_body(reply.body)


def _text_of(reply: Reply) -> str:
    head = "\n".join(f"{name}: {value}" for name, value in reply.headers.items())
    page = (reply.body or b"")[:_MAX_PAGE_BYTES].decode("utf-8", "replace")
    return f"{head}\n{page}".lower()


def _kind_of_body(body: bytes | None) -> str:
    if body is None:
        return "a page that is too large, or compressed without being asked to"
    match body.lstrip()[:1]:
        case b"":
            return "an empty page"
        case b"<":
            return "an error page"
        case b"{" | b"[":
            return "the JSON of another program"
        case _:
            return "a text of another program"
