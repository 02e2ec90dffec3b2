"""Whether one more request may go through a session.

- `lane`: one key and one session: health and guard in one decision.
- `lane_health`: what results say about the lane, and what has to come before the next check.
- `breaker`: stops and probes after too many failures.
- `session_health`, `key_health`: what the provider says about the session and the key.
- `confirmation`: confirms a refusal before it ends a lane.
- `refusal_streak`: requests refused in a row, which may be about the session.
- `failure_kinds`: the class of a failure.
- `misconfiguration`: replies that mean a wrong setting.
- `report`: the state of a lane, for progress and summary.
- `patience`: whether a single failed exchange is repeated: a session status, a page of contacts.
- `retry`: when a failed check is tried again, and how often.
"""
