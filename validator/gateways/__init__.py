"""Providers that can be asked, each behind the same protocol. `docs/gateways.md` says how to write one.

- `gateway`: the protocol, what a gateway can do, and the values that its exchanges return.
- `registry`: the gateways by name.
- one file for each gateway.
"""
