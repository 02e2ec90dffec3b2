"""The words of the tool, and the tree of its exceptions."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator import errors
from validator.errors import (
    ApiError,
    CertificateFailed,
    IncompleteList,
    Interrupted,
    OtherGateway,
    ProxyRefused,
    Refused,
    StoppedEarly,
    UsageError,
    ValidatorError,
)
from validator.model import Number, Outcome, Reason, Verdict

E164 = "+447700900123"
ERRORS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ValidatorError)
]


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, "{:>20}".format, "%s".__mod__])
def test_a_number_shows_itself_masked_only(show):
    text = show(Number.parse(E164))

    assert text.strip() == "+4477******23"


def test_a_number_in_a_log_is_masked(caplog):
    logging.getLogger("validator").warning("asked about %s, %r", Number.parse(E164), [Number.parse(E164)])

    assert "900" not in caplog.text
    assert caplog.text.count("+4477******23") == 2


def test_the_full_form_has_to_be_asked_for():
    assert Number.parse(E164).e164 == E164


@pytest.mark.slow
@given(st.integers(10**6, 10**15 - 1))
def test_a_number_is_the_integer_of_its_digits(digits):
    number = Number(digits)

    assert number == digits
    assert Number.parse(number.e164) == number
    assert len(number.masked) == len(number.e164)


@pytest.mark.parametrize("digits", [0, 999_999, 10**15, -447_700_900_123])
def test_an_integer_of_another_length_is_no_number(digits):
    with pytest.raises(ValueError, match="7 to 15 digits"):
        Number(digits)


@pytest.mark.parametrize(
    "text",
    [
        "447700900123",
        "+0447700900123",
        "+44 7700 900123",
        "+44\uff17700900123",
        "+٤٤٧٧٠٠٩٠٠١٢٣",
        "+",
        "",
        "+1x",
    ],
)
def test_any_other_spelling_is_refused_without_being_quoted(text):
    with pytest.raises(ValueError, match=r"E\.164") as caught:
        Number.parse(text)
    assert "900123" not in str(caught.value)


@pytest.mark.parametrize(("verdict", "is_user"), [("registered", True), ("not_registered", False)])
def test_an_answer_is_a_boolean(verdict, is_user):
    assert Verdict(verdict).is_whatsapp_user is is_user


@pytest.mark.parametrize("verdict", ["invalid", "unknown", "suppressed"])
def test_what_is_no_answer_is_no_boolean(verdict):
    assert Verdict(verdict).is_whatsapp_user is None


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [(Verdict.REGISTERED, Reason.TIMEOUT), (Verdict.NOT_REGISTERED, None), (Verdict.UNKNOWN, None)],
)
def test_a_verdict_and_its_reason_cannot_contradict_each_other(verdict, reason):
    with pytest.raises(ValueError, match="does not go with"):
        Outcome(number=Number.parse(E164), verdict=verdict, reason=reason, checked_at_ms=0)


def test_an_outcome_shows_no_number():
    assert "900" not in repr(Outcome(number=Number.parse(E164), verdict=Verdict.REGISTERED, checked_at_ms=0))


@pytest.mark.parametrize(("signum", "code"), [(2, 130), (15, 143)])
def test_a_signal_has_the_exit_code_that_shells_give_it(signum, code):
    assert Interrupted(signum).exit_code == code


def test_a_failed_exchange_keeps_what_the_provider_said():
    failure = ApiError("no", status=418, code="teapot", type="api_error", request_id="req_1")

    assert (failure.status, failure.code, failure.type, failure.request_id) == (
        418,
        "teapot",
        "api_error",
        "req_1",
    )
    assert str(failure) == "no"


@pytest.mark.parametrize("kind", [kind for kind in ERRORS if issubclass(kind, ApiError)])
def test_what_may_pass_is_to_be_run_again_later_and_what_will_not_calls_a_person(kind):
    # Proxy and address are settings of this machine, and the provider has refused nothing.
    # A list that does not come whole is no refusal either: the run goes on without it.
    settings = dict.fromkeys((ProxyRefused, OtherGateway), UsageError.exit_code)
    others = {**settings, IncompleteList: StoppedEarly.exit_code}
    for_a_person = others.get(kind, Refused.exit_code)
    assert kind.exit_code == (StoppedEarly.exit_code if kind.transient else for_a_person)


def test_a_certificate_that_proves_nothing_is_never_tried_again():
    assert not CertificateFailed.transient


@pytest.mark.parametrize("kind", ERRORS)
def test_the_exit_code_of_every_branch_is_told_in_the_tree(kind):
    lines = {line.strip(" │├└─").split()[0]: line for line in errors.__doc__.splitlines() if line.strip(" │")}

    assert kind.__name__ in lines
