"""Providers that can be asked, each behind the same protocol. `docs/gateways.md` says how to write one.

- `gateway`: the protocol, and the values that its exchanges return.
- `capabilities`: what a gateway is and what it can do.
- `registry`: the gateways by name.
- `opening`: the way to a server that has no client of its own here; `entries`: results in answers.
- one file for each gateway.
"""
