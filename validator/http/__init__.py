"""The HTTP client of all gateways. Nothing in here is about a single provider.

One request, from the caller to the network:

- `exchange`: sends one request, with a deadline, a bounded body and typed errors.
- `exchange_options`: options of one exchange.
- `wire`: the interface of our transport; `transport`: the transport, which keeps connections.
- `transport_errors`: why there was no answer; `httpx_exchange`: exchanges over a caller's httpx transport.
- `pool`: chooses the connection of a request.
- `connection`: the interface of a connection; `socket_connection`: on asyncio; `stream_connection`: on Trio.
- `unread`: finds bytes that arrived unsolicited.
- `dialing`: opens a connection along a `route`; `socket_dialing`, `connecting`: the same on asyncio.
- `tunnel`: passes a proxy; `event_loop`: resolves names without blocking the end of a run; clock and events.
- `probe`: tests the path to a server step by step.

Settings of the connection:

- `network`: the user's options; `connection_settings`: those and the environment.
- `proxy`: finds the proxy; `trust`: finds the certificates to trust; `url`: checks base URLs.

Requests and responses:

- `request_bytes`: makes the bytes of a request; `reply`: a response as received.
- `common_answer`: parses common responses with a regular expression; `answer`: parses any with h11.
- `body`: decodes a response body; `received`: cleans texts, ids and numbers from a provider.
- `contradictions`: finds answers that contradict themselves.
- `rate_headers`: reads rate-limit headers; `retry_after`: reads waits; `unix_times`: reads dates.
- `interception`: classifies refusals that are not in the gateway's own form.

Secrets:

- `api_key`: a key that does not print itself; `masking`: hides keys and numbers in logs.

Other uses:

- `sending`: sends one report about a run; `webhook`: as a signed message; `collector`: as OTLP.
- `download`: fetches lists from web servers.
"""
