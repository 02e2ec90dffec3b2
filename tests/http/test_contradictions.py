"""Which names of an answer can contradict it is worked out once for each set of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.http.contradictions import _flaws, _plain, contradiction_in

NAMES = st.sampled_from(
    (
        *("phone", "is_whatsapp_user", "whatsapp_id", "meta", "data", "success", "OK", "error", "statusCode"),
        *("status_code", "status", "State", "message", "exists", "is-registered", "jid", "waId", ""),
    )
) | st.text(max_size=3)
VALUES: st.SearchStrategy[object] = st.sampled_from(
    (True, False, None, 0, 200, 500, "500", "ok", "session expired", "", "x", {}, [1])
)


@pytest.mark.slow
@given(answer=st.dictionaries(NAMES, VALUES, max_size=20), registered=st.sampled_from((True, False, None)))
def test_an_answer_is_looked_at_as_if_each_of_its_names_could_tell(answer, registered):
    every = {_plain(name): value for name, value in answer.items()}

    assert contradiction_in(answer, registered=registered) == next(_flaws(every, registered=registered), "")


def test_an_answer_with_many_names_is_looked_at_as_any_other():
    answer = {f"x{place}": 1 for place in range(100)} | {"success": False}

    assert contradiction_in(answer) == "it says success: false"
