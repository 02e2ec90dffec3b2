"""The command as a process: streams, signals, messages, and display.

- `standard_streams`: standard input, output and error, in any state.
- `display_names`: the names of copied lists in messages.
- `interruption`: signals and the deadline in synchronous code.
- `signals`: signals in asynchronous code.
- `errors`: an error as one line and an exit code.
- `logs`: log lines as text or JSON.
- `show`: progress, summaries and tables.
"""
