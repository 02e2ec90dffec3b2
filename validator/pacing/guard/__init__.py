"""Whether the "no"s of a session can be believed.

- `protocol`: `Guard`, the interface that a lane uses, and `NoGuard`, which believes every answer.
- `session_guard`: lets a "no" count once the session has said "yes" after it.
- `vouching`: which "yes" confirms the "no"s before it.
- `negatives`: the "no"s of a session, and what was decided about them.
- `continuity`: how far back a "yes" confirms: not beyond an interruption.
- `verification`: asks about known positives, to find out whether a session lies.
- `rejections`: whether a session calls more numbers invalid than chance explains.
- `canaries`: numbers known to be registered.
- `drift`: whether "yes" has become rarer than chance explains.
"""
