"""What the client of any gateway needs of HTTP. Nothing in here knows a provider.

- `network`: what the user says about the way out.
- `way`: what comes of that and the environment; `proxy`: which proxy; `trust`: which certificates.
- `transport`: kept connections as an httpx transport, and as a `wire`: bytes out, a whole answer in.
- `pool`: which connection a request goes over.
- `route`, `dialing`: new connections; `tunnel`: through a proxy; `socket_dialing`, `connecting`: on asyncio.
- `event_loop`: does not wait for the system to find a name.
- `probe`: the way to a server, step by step.
- `connection`, `socket_connection`: one connection, one exchange at a time, on Trio and on asyncio.
- `silence`: whether anything came over it that nobody asked for.
- `answer`: reads any answer by h11; `common_answer`: common ones by an expression.
- `request_bytes`: requests as they go on the wire; `reply`: a response as it came.
- `body`: decodes and bounds a response body.
- `rate_headers`: reads rate-limit headers; `retry_after`: the waits; `unix_times`: dates.
- `masking`: hides keys and numbers in logs.
- `api_key`: a key that hides itself.
- `received`: texts, ids and numbers that a provider sends.
- `exchange`: one request: deadline, bounded body, errors of one tree.
- `interception`: refusals that are not in the gateway's own form.
- `url`: checks base URLs.
- `sending`: one report about a run to a server; `webhook`: as a signed message; `collector`: as OTLP.
- `download`: lists on web servers.
"""
