"""Whether the "no"s of a session can be believed.

- `protocol`: `Guard`, what a lane asks, and `NoGuard`, which believes every answer.
- `session_guard`: lets a "no" count once the session has said "yes" after it.
- `canaries`: numbers known to be registered.
- `drift`: whether "yes" has become rarer than chance explains.
"""
