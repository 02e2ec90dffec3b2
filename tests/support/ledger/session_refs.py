"""Sessions that tests name, two of one name among them."""

from validator.model import SessionRef

SESS_A = SessionRef("sendapi", "sess_a")
SESS_B = SessionRef("sendapi", "sess_b")
SESS_C = SessionRef("sendapi", "sess_c")
SESS_A_ELSEWHERE = SessionRef("other", "sess_a")
