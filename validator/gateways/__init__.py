"""Providers that can be asked, each behind the same protocol. `docs/gateways.md` explains how to write one.

- `gateway`: the protocol, and the values that its exchanges return.
- `capabilities`: what a gateway is and what it can do.
- `registry`: the gateways by name.
- `opening`: the base class and the refusals of the gateways that have no client library here.
- `entries`: reads results, ids and contacts from an answer.
- `sessions`: reads session states from an answer; `remedies`: what to do about a session that is not ready.
- `whatsmeow`: what the servers built on the whatsmeow library share.
- one file for each gateway: `sendapi`, `evolution`, `evolution_go`, `waha`, `green_api`, `wuzapi`, `gowa`.
"""
