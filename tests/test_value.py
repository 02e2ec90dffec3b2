"""What users of the library do to values by means of the standard library."""

import copy
import dataclasses
import pickle
import typing

import pytest

from validator import AskSettings, ListSettings, MaxAge, Summary
from validator.batch.recipients.job import Job
from validator.gateways.gateway import GatewayContact
from validator.model import Number, Outcome, RateNotice, Verdict
from validator.reports import CallCounts
from validator.sendapi import Registration
from validator.value import MaskedValue

WHATSAPP_ID = "447700900000@s.whatsapp.net"
OUTCOME = Outcome(number=Number(447700900000), verdict=Verdict.REGISTERED, checked_at_ms=1)


def test_a_value_is_a_dataclass_for_the_standard_library():
    assert all(map(dataclasses.is_dataclass, (OUTCOME, Outcome, Summary, AskSettings)))


def test_its_types_can_be_read():
    assert typing.get_type_hints(Outcome)["verdict"] is Verdict


def test_its_fields_are_those_of_its_own_class():
    own, more = ({field.name for field in dataclasses.fields(one)} for one in (ListSettings, Job))

    assert own < more
    assert "output" in more - own


def test_a_changed_copy_is_checked_like_a_new_value():
    assert dataclasses.replace(OUTCOME, attempts=3).attempts == 3
    assert dataclasses.replace(ListSettings(), accept="possible") == ListSettings(accept="possible")
    with pytest.raises(ValueError, match="does not go with reason"):
        dataclasses.replace(OUTCOME, verdict=Verdict.UNKNOWN)


def test_it_can_become_a_dict_with_the_values_in_it():
    made = dataclasses.asdict(ListSettings(max_age=MaxAge(registered_s=1)))

    assert made["max_age"] == {"registered_s": 1, "not_registered_s": 604_800.0, "unknown_s": 0.0}


def test_it_cannot_be_changed_unless_it_counts():
    with pytest.raises(AttributeError):
        OUTCOME.attempts = 2
    counts = CallCounts()
    counts.attempts += 1

    assert counts == CallCounts(attempts=1)


@pytest.mark.parametrize("made", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
@pytest.mark.parametrize("value", [OUTCOME, ListSettings(limit=5), AskSettings()])
def test_a_copy_is_equal(value, made):
    assert made(value) == value
    assert repr(made(value)) == repr(value)


def test_a_masked_value_shows_and_compares_all_but_some_of_its_fields():
    number = Number(447700900000)
    found = Registration(phone=number, matched_number=number, is_whatsapp_user=True, whatsapp_id=WHATSAPP_ID)
    again = dataclasses.replace(found, request_id="req_2")

    assert "is_whatsapp_user=True" in repr(found)
    assert "whatsapp" not in repr(found).replace("is_whatsapp_user", "")
    assert (found, hash(found)) == (again, hash(again))
    assert found != dataclasses.replace(found, is_whatsapp_user=False)
    assert found != GatewayContact(phone="4477")


def test_what_a_masked_value_leaves_out_are_fields_of_it():
    kinds = MaskedValue.__subclasses__()

    assert {Registration, GatewayContact, RateNotice} <= set(kinds)
    for kind in kinds:
        assert kind._hidden | kind._uncompared <= set(kind.__struct_fields__)
