"""Ask about the planned numbers and record each answer.

- `checks`: runs the dispatcher, progress and status log concurrently until the queue is empty.
- `run_state`: what the dispatcher and the exchanges share.
- `dispatcher`: starts an exchange when a lane and its budget allow it.
- `steps`: what the dispatcher does next, as values.
- `lane_choice`: which lane goes next; `lane_rests`: a short cache of lanes that have to wait.
- `exchanges`: carries out exchanges; a common check is sent without a task.
- `results`: acts on the end of a check: a verdict, a retry, or another request.
- `workers`: the tasks of all other exchanges.
- `taking`: takes the numbers of one request from the queue.
- `check`: all attempts for one number.
- `array`: the numbers of one request, and the search for the number that causes its refusal.
- `delivery`: one exchange about numbers, and whether its answer may belong to another request.
- `queue`: the numbers still to ask about, and the retries that wait.
- `feeding`: keeps the queue filled from a source during the run.
- `leased`: such a source: the numbers of a plan, shared with other runs by leases.
- `withheld`: refused checks which wait until it is known whether the session works.
- `recorder`: writes outcomes to the ledger in group commits.
- `guarding`: carries out the decisions of the guards.
- `confirm`: asks a second time about the numbers that were answered "no".
- `contacts`: uses the session's synced contacts as answers.
- `counters`: counts the events of a run.
- `single_call`: paces a single call, such as a look at a session.
"""
