"""What the client of any gateway needs of HTTP. Nothing in here knows a provider.

- `network`: what the user says about the way out.
- `way`: what comes of that and the environment; `proxy`: which proxy; `trust`: which certificates.
- `transport`: an httpx transport with kept connections.
- `dialing`: new connections; `tunnel`: through a proxy.
- `event_loop`: does not wait for the system to find a name.
- `probe`: the way to a server, step by step.
- `connection`: one connection, one exchange at a time.
- `body`: decodes and bounds a response body.
- `rate_headers`: reads rate-limit headers and `Retry-After`.
- `masking`: hides keys and numbers in logs.
- `api_key`: a key that hides itself.
- `received`: texts, ids and numbers that a provider sends.
- `exchange`: one request: deadline, bounded body, errors of one tree.
- `interception`: refusals that are not in the gateway's own form.
- `url`: checks base URLs.
- `download`: lists on web servers.
"""
