"""Pages: payment links, invoices, portal and back office live here."""
