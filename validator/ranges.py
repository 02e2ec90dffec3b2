"""The ranges of settings, and the size of a sample. Help texts show them."""

from __future__ import annotations

SAMPLE_SIZE = 300
"""The numbers of a sample; the share is then exact to six percentage points in each direction."""

# Each request in flight has a connection, and a process may have 1,024 files open by default.
MOST_CONCURRENT = 1_000
# With the growing waits between them, more would outlast any run.
MOST_RETRIES = 20
# One number, and a canary.
LEAST_DAILY_CAP = 2
