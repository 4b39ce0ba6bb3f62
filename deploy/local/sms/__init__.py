"""The local SMS gateway: a process of its own that takes every SMS, delivers none, and shows them on a page.

`python -m deploy.local.sms --home FOLDER --port PORT [--webhooks URL]`, with the key of its API in `RELANCE_SMS_KEY`;
what it was given stays in FOLDER/sms. Each SMS is taken once for its key. Its page can answer one, as the recipient
would: it signs what is answered and tells it to `URL/{business}`. Numbers for trying, and orders given to it at
`/v1/faults`, make it refuse, be busy, answer late, fail, and hang up after it has taken an SMS.
"""
