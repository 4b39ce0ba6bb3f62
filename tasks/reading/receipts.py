"""Money in and out as the journal has it, each entry on its day: what totals and the accountant's file are made of.

Money counts on the day on which it was received. Where that day was closed already when the entry was made, it counts
on the day of the entry, so that the figures of a closed period never change; days before the first period that was
closed are closed with it. The credit that a voucher is does not
count: the money was received when the voucher was paid (R10).
"""

_LOCAL = "(({at}) AT TIME ZONE %(zone)s)::date"

RECEIPTS = f"""
    WITH sealed AS MATERIALIZED (
         SELECT c.period_to, s.sequence FROM closings c
           JOIN journal s ON (s.business_id, s.kind, s.row_id) = (c.business_id, 'closing', c.id)
          WHERE c.business_id = %(business)s),
    entered AS (
         SELECT j.sequence, j.row_id AS id, j.kind AS what, coalesce(j.content ->> 'method', p.method) AS method,
                p.contact_id, j.content ->> 'currency' AS currency, (j.content ->> 'amount')::bigint AS amount,
                {_LOCAL.format(at="j.at")} AS entered_on,
                CASE j.kind WHEN 'reversal' THEN {_LOCAL.format(at="j.at")} ELSE
                     {_LOCAL.format(at="coalesce((j.content ->> 'received')::timestamptz, p.received_at)")} END AS day
           FROM journal j JOIN payments p ON (p.business_id, p.id) = (j.business_id, j.row_id)
          WHERE j.business_id = %(business)s AND j.kind IN ('payment', 'payment_corrected', 'reversal')
            AND p.purpose <> 'voucher')
    SELECT CASE WHEN e.day < e.entered_on AND EXISTS (
                     SELECT FROM sealed s WHERE e.day <= s.period_to AND s.sequence < e.sequence)
                THEN e.entered_on ELSE e.day END AS day, e.id, e.what, e.method, e.contact_id, e.currency, e.amount
      FROM entered e
    UNION ALL
    SELECT {_LOCAL.format(at="r.at")}, r.id, 'refund', r.method,
           CASE WHEN p.id IS NULL THEN r.contact_id ELSE p.contact_id END, r.currency, -r.amount
      FROM refunds r LEFT JOIN payments p ON (p.business_id, p.id) = (r.business_id, r.payment_id)
     WHERE r.business_id = %(business)s
"""  # noqa: S608  # the texts are ours
"""A query of one business in its time zone: day, id, what (kind of entry), method, whose, currency and amount.

Money that is given back is of whom it came from, not of whose debt it was taken off."""
