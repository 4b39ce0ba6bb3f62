"""The sandbox card provider: a process of its own that behaves like a real one and moves no money.

`python -m deploy.local.provider --home FOLDER --port PORT [--webhooks URL]`, with the key of its API in
`RELANCE_SANDBOX_KEY`; what it knows stays in FOLDER/provider. It has an API with idempotency keys, a page on which
clients pay with test cards, saved cards, refunds, and messages that it signs and sends to `URL/{account}`. Test cards,
and orders given to it at `/v1/faults`, make it decline, ask for 3-D Secure, tell late, twice or never, and break.
"""
