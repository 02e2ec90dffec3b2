"""The run itself: plan, fan-out, annotate."""
