"""Ask about the planned numbers and record each answer.

- `checks`: runs the dispatcher, progress and status log side by side until the queue is empty.
- `dispatcher`: starts an exchange when lane and budget allow it.
- `lane_choice`: which lane goes next; `lane_rests`: for how long lanes need not be looked at.
- `workers`: the tasks that carry exchanges out, one after the other.
- `exchanges`: carries out one exchange and acts on its decision.
- `taking`: takes the numbers of one request from the queue.
- `check`: all attempts for one number.
- `array`: the numbers of one request, and the search for the one that it is refused for.
- `delivery`: whether an answer can belong to another request of the same connection.
- `steps`: what the dispatcher does next, as values.
- `queue`: the numbers still to ask about, and the retries that wait.
- `feeding`: keeps the queue of a run filled from a source while it goes on.
- `leased`: the numbers of a plan as such a source, shared with other runs by leases.
- `withheld`: the checks that were refused while it is open whether the session works.
- `recorder`: writes outcomes to the ledger in group commits.
- `guarding`: carries out what the guards of the lanes decide.
- `confirm`: asks a second time about the numbers that were answered "no".
- `contacts`: takes the session's synced contacts as answers.
- `counters`: counts what happened.
- `single_call`: paces a call outside the fan-out.
"""
