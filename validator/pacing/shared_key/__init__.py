"""How many requests are left for us if other clients use the same key.

- `share`: detects other clients, and the kind of the server's limiter.
- `capacity`: free places, for each kind of limiter.
"""
