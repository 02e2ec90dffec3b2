import pickle

from validator.batch.keys import make_key
from validator.cluster.sent_keys import SentKey

SECRET = "sk_test_very_secret"


def test_a_key_arrives_as_it_was_sent():
    key = make_key(SECRET, "sess_1", name="a", base_url="http://127.0.0.1:1/v1", rate="60/min", daily_cap=9)

    received = pickle.loads(pickle.dumps(SentKey.of(key))).received()

    assert received.options.key.reveal() == SECRET
    assert (received.name, received.sessions, received.daily_cap) == ("a", ("sess_1",), 9)
    assert received.options.base_url == key.options.base_url
    assert received.rate == key.rate


def test_a_key_on_its_way_does_not_print():
    assert SECRET not in repr(SentKey.of(make_key(SECRET, "sess_1")))
