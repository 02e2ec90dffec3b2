"""Whether one more request may go through a session.

- `lane`: one key and one session: health, breaker and guard in one decision.
- `breaker`: stops and probes after failures in a row.
- `session_health`, `key_health`: what the provider says about the session and the key.
- `failure_kinds`: the class of a failure.
- `misconfiguration`: replies that mean a wrong setting.
- `report`: the state of a lane, for progress and summary.
- `retry`: when a failed check is tried again, and how often.
"""
