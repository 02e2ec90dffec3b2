"""What is left if other clients use the same key.

- `share`: how much others send.
- `capacity`: free places, by the kind of limiter.
"""
