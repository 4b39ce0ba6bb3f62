"""The local mailbox: takes every mail by SMTP, delivers none, and shows them on a page and as JSON.

`python -m deploy.local.mailbox --home FOLDER --smtp-port PORT --http-port PORT`; mails stay in FOLDER/mailbox. So that
bounces can be tried, it refuses addresses that begin with `bounce` (550, for good) or `busy` (451, for now).
"""
