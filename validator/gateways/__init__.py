"""Providers that can be asked, each behind the same protocol. `docs/gateways.md` says how to write one.

- `gateway`: the protocol, what a gateway can do, and the values that its exchanges return.
- `registry`: the gateways by name.
- `opening`: the way to a server that has no client of its own here; `entries`: results in answers.
- one file for each gateway.
"""
