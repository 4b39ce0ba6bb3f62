"""Pages for those who pay: invoices, payment links, quotes, the standing page; and the doors for webhooks."""
