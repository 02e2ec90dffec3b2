"""Whether one more request may go through a session.

- `lane`: one key and one session: health and guard in one decision.
- `lane_health`: what the ends of requests say about the lane, and what has to come before the next check.
- `breaker`: stops and probes after failures in a row.
- `session_health`, `key_health`: what the provider says about the session and the key.
- `confirmation`: whether a refusal that would end a lane is meant.
- `refusal_streak`: refusals of requests in a row, which may be about the session.
- `failure_kinds`: the class of a failure.
- `misconfiguration`: replies that mean a wrong setting.
- `report`: the state of a lane, for progress and summary.
- `patience`: whether one exchange that failed is made again: a look at a session, a page of contacts.
- `retry`: when a failed check is tried again, and how often.
"""
