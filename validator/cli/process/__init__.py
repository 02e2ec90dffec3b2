"""What a process has: its streams, its signals, and what it says."""
