"""Whether the "no"s of a session can be believed.

- `protocol`: `Guard`, what a lane asks, and `NoGuard`, which believes every answer.
- `session_guard`: lets a "no" count once the session has said "yes" after it.
- `continuity`: how far back a "yes" vouches: not beyond an interruption.
- `verification`: asking about known positives, to find out whether a session lies.
- `rejections`: whether a session calls more numbers invalid than chance explains.
- `canaries`: numbers known to be registered.
- `drift`: whether "yes" has become rarer than chance explains.
"""
