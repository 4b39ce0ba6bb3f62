"""The rules of `models.consolidating` and what it stands on, written once more as SQL for many clients at once.

Tables of one transaction hold the portion: `bill_clients` who is billed and whether the case is plain, `bill_charges`
what is taken, `bill_lines` the VAT of each line (R18), `bill_documents` what they come to (R9, R10). A case is plain
where everything that these statements do not know is absent; the test of the two ways holds them equal.
"""

TABLES = """
CREATE TEMP TABLE IF NOT EXISTS bill_clients (k integer, id text, plain boolean, kind text, language text, mail text,
 sms text, cc jsonb, payer jsonb, order_reference text) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS bill_charges (at tid, id text, k integer, amount bigint, owed bigint, gross boolean,
 category text, rate numeric, currency text, scope text, month date, served date, served_to date, odd boolean,
 place integer) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS bill_lines (at tid, id text, k integer, head integer, position integer, net bigint,
 tax bigint, gross bigint, category text, rate numeric, currency text, scope text, served date, served_to date)
 ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS bill_documents (nth bigint, id text, number text, k integer, head integer,
 currency text, scope text, net bigint, tax bigint, total bigint, cause text, served date, served_to date,
 lines bigint) ON COMMIT DELETE ROWS;
TRUNCATE bill_clients, bill_charges, bill_lines, bill_documents;
"""
"""A client is known by its place in the portion (`k`), a charge by its own, a document by that of its first charge
(`head`): what is sorted and joined often is an integer."""

CLIENTS = """
INSERT INTO bill_clients
SELECT row_number() OVER (ORDER BY k.id COLLATE "C"), k.id, coalesce((w.mail IS NOT NULL OR w.sms IS NOT NULL)
  AND NOT EXISTS (SELECT FROM payments p WHERE p.business_id = %(tenant)s AND p.contact_id = k.id AND p.available > 0),
  false),
 c.kind, coalesce(nullif(c.locale, ''), %(locale)s), w.mail, w.sms, c.cc,
 jsonb_strip_nulls(jsonb_build_object('id', c.id, 'name', coalesce(nullif(c.legal_name, ''), c.name), 'kind', c.kind,
  'email', c.email, 'country', c.country, 'siren', c.siren, 'vat_number', c.vat_number))
 || CASE WHEN c.address IS NULL THEN '{}' ELSE jsonb_build_object('address', c.address) END,
 c.order_reference
FROM unnest(%(clients)s::text[]) k(id) LEFT JOIN contacts c ON c.business_id = %(tenant)s AND c.id = k.id
CROSS JOIN LATERAL (SELECT CASE WHEN c.email <> '' AND NOT c.email_bad THEN c.email END AS address,
  coalesce(%(asks_service)s AND c.choices #>> '{service email,1}' = 'no', false) AS unwanted,
  CASE WHEN %(sends_sms)s AND NOT c.phone_bad AND c.choices #>> '{service sms,1}' IS DISTINCT FROM 'no'
   THEN c.mobile END AS mobile) a
CROSS JOIN LATERAL (SELECT
  CASE WHEN NOT a.unwanted AND (%(by_mail)s OR a.mobile IS NULL) THEN a.address END AS mail,
  CASE WHEN %(by_sms)s OR a.unwanted AND a.address IS NOT NULL THEN a.mobile END AS sms) w
"""
"""Who is billed, and on which ways that is told (R19, see `models.messaging`).

A plain client is reached somehow, and has no credit; that nobody pays for another here is the caller's to see to.
"""

CHARGES = """
INSERT INTO bill_charges
SELECT c.ctid, c.id, k.k, c.amount, c.owed, c.tax_included, c.tax_category, c.tax_rate, c.currency,
 CASE WHEN c.tax_category IN ('O', 'E') THEN c.tax_category ELSE 'vat' END,
 CASE WHEN %(monthly)s AND k.kind = 'business' THEN date_trunc('month', coalesce(c.service_from, c.due_on))::date END,
 coalesce(c.service_from, c.due_on), coalesce(c.service_to, c.due_on),
 c.settled <> 0 OR c.kept IS NOT NULL OR c.amount < 0 OR c.amount > 10^12 OR c.currency <> %(tax_currency)s
  OR c.tax_rate * 10000 <> trunc(c.tax_rate * 10000) OR c.tax_category IN ('O', 'E') AND c.tax_rate <> 0
  OR EXISTS (SELECT FROM allocations a WHERE a.business_id = %(tenant)s AND a.charge_id = c.id),
 row_number() OVER (ORDER BY k.k, coalesce(c.service_from, c.due_on), c.position, c.id COLLATE "C")
FROM bill_clients k JOIN charges c ON c.business_id = %(tenant)s AND c.contact_id = k.id
WHERE k.plain AND NOT c.closed AND c.state IN ('due', 'settled') AND c.invoice_id IS NULL AND c.due_on <= %(until)s
 AND c.recorded_at < %(before)s
 AND c.draft_id IS NULL AND c.voucher_purpose IS DISTINCT FROM 'multi_purpose'
 AND c.kind <> ALL(%(without_kinds)s::text[])
 AND (coalesce(c.kept, c.owed) <> 0 OR c.package_id IS NOT NULL AND c.kept IS NULL)
 AND (c.booking_id IS NULL OR cardinality(%(without_services)s::text[]) = 0 OR NOT EXISTS (
  SELECT FROM bookings s JOIN sessions e ON e.business_id = s.business_id AND e.id = s.session_id
  WHERE s.business_id = %(tenant)s AND s.id = c.booking_id AND e.service_id = ANY(%(without_services)s::text[])))
"""
"""What is due, and the sessions taken from packages beside it.

Odd: money on a charge, what is left of a cancelled one, amounts beyond reason, VAT to be converted."""

ODD = """
UPDATE bill_clients k SET plain = false FROM (SELECT DISTINCT k FROM bill_charges WHERE odd) o WHERE o.k = k.k
"""
"""A client with an odd charge is not plain."""

WITHOUT_ODD = """
DELETE FROM bill_charges b USING bill_clients k WHERE k.k = b.k AND NOT k.plain
"""

TOO_LITTLE = """
DELETE FROM bill_charges b USING (
 SELECT b.k FROM bill_charges b JOIN bill_clients k ON k.k = b.k
 WHERE k.kind = 'consumer' AND b.currency = %(currency)s GROUP BY b.k HAVING sum(b.owed) < %(minimum)s
) l WHERE l.k = b.k AND b.currency = %(currency)s
"""
"""A consumer's total below the minimum is carried over."""

LINES = """
INSERT INTO bill_lines
WITH documents AS (
 SELECT *, first_value(place) OVER document AS head, row_number() OVER document AS position,
  amount * CASE WHEN gross THEN 1000000 ELSE (rate * 10000)::integer END AS numerator,
  CASE WHEN gross THEN 1000000 + (rate * 10000)::integer ELSE 1000000 END AS denominator
 FROM bill_charges WINDOW document AS (PARTITION BY k, currency, scope, month ORDER BY place)
), parts AS (
 SELECT *, numerator / denominator AS part, mod(numerator, denominator)::integer AS rest FROM documents
), shared AS (
 SELECT *, part + CASE WHEN row_number() OVER (PARTITION BY head, denominator, gross, category, rate
   ORDER BY rest DESC, place) <= (sum(rest) OVER tax_group + denominator / 2) / denominator THEN 1 ELSE 0 END AS share
 FROM parts WINDOW tax_group AS (PARTITION BY head, denominator, gross, category, rate)
)
SELECT at, id, k, head, position, CASE WHEN gross THEN share ELSE amount END,
 CASE WHEN gross THEN amount - share ELSE share END, CASE WHEN gross THEN amount ELSE amount + share END,
 category, rate, currency, scope, served, served_to
FROM shared
"""
"""R18: a VAT group is rounded once, gross prices and net prices apart; lines share by the largest remainder."""

DOCUMENTS = """
INSERT INTO bill_documents
SELECT nth, 'inv_' || %(moment)s || substr(encode(sha256(convert_to(%(tenant)s || chr(31) || cause || chr(31) || number,
  'UTF8')), 'hex'), 1, 20), number, k, head, currency, scope, net, tax, net + tax, cause, served, served_to, lines
FROM (
 SELECT row_number() OVER (ORDER BY first, head) AS nth, *
 FROM (
  SELECT *, min(head) OVER (PARTITION BY k, currency, scope) AS first
  FROM (
   SELECT k, head, currency, scope, sum(net)::bigint AS net, sum(tax)::bigint AS tax,
    min(id) FILTER (WHERE position = 1) AS cause, min(served) AS served, max(served_to) AS served_to,
    count(*) AS lines
   FROM bill_lines GROUP BY k, head, currency, scope
  ) m
 ) w WHERE net + tax > 0
) d CROSS JOIN LATERAL (SELECT %(prefix)s || CASE WHEN length((%(last)s + nth)::text) < %(digits)s
 THEN lpad((%(last)s + nth)::text, %(digits)s, '0') ELSE (%(last)s + nth)::text END AS number) n
"""

STATISTICS = "ANALYZE bill_clients (k); ANALYZE bill_lines (head, category, rate); ANALYZE bill_documents (k, head)"
"""Tell the planner what it can't guess of tables that are made at once."""

MADE = """
SELECT currency, sum(total), sum(lines), (SELECT count(DISTINCT k) FROM bill_documents) FROM bill_documents
GROUP BY currency
"""

INVOICES = """
INSERT INTO invoices (business_id, id, kind, status, contact_id, payer_kind, currency, created_at, net, tax, total,
 amount_due, series, year, sequence, number, issued_on, issued_at, due_on, service_from, service_to, language, seller,
 payer, notes, law_ids, preceding, prepaid, due_at_issue, credited, terms_days, order_reference, cause, check_at, test,
 reminders, revision)
SELECT %(tenant)s, d.id, '380', 'issued', k.id, k.kind, d.currency, %(now)s, d.net, d.tax, d.total, d.total,
 %(series)s, %(year)s, %(last)s + d.nth, d.number, %(issued_on)s, %(now)s, %(due_on)s, d.served, d.served_to,
 k.language, %(seller)s, k.payer, w.notes,
 w.law_ids || CASE WHEN x.law_id IS NULL THEN '[]' ELSE jsonb_build_array(x.law_id) END,
 '[]', 0, d.total, 0, %(days)s, k.order_reference, %(cause)s, %(check_at)s, false, 0, 0
FROM bill_documents d JOIN bill_clients k ON k.k = d.k
JOIN jsonb_to_recordset(%(words)s) AS w(kind text, language text, notes jsonb, law_ids jsonb)
 ON w.kind = k.kind AND w.language = k.language
LEFT JOIN jsonb_to_recordset(%(exemptions)s) AS x(language text, category text, law_id text)
 ON x.language = k.language AND x.category = d.scope
ORDER BY d.nth
"""

CLAIM = """
WITH claimed AS (
 UPDATE charges c SET state = CASE c.state WHEN 'due' THEN 'invoiced' ELSE c.state END, closed = c.state = 'settled',
  invoice_id = d.id, owed = l.gross
 FROM bill_documents d JOIN bill_lines l ON l.head = d.head
 WHERE c.ctid = l.at
 RETURNING c.business_id, l.id AS wanted, d.id AS invoice, l.position, c.description, c.quantity, c.unit,
  c.unit_price, c.amount, c.tax_included, l.net, l.tax, l.gross, l.category, l.rate, c.id, l.served, l.served_to,
  c.place, c.participant_id, c.nature, c.discount, c.discount_reason
)
INSERT INTO invoice_lines (business_id, invoice_id, position, description, quantity, unit, unit_price, amount,
 tax_included, net, tax, gross, category, rate, charge_id, service_from, service_to, place, participant, nature,
 discount, discount_reason)
SELECT %(tenant)s, invoice, position, description, quantity, unit, unit_price, amount, tax_included, net, tax, gross,
 category, rate, id, served, served_to, place, participant_id, nature, discount, discount_reason
FROM claimed WHERE business_id = %(tenant)s AND id = wanted
"""
"""Let charges stand on their documents, and owe what these say (R17); where one has changed since, it is not found."""

TAXES = """
INSERT INTO invoice_taxes (business_id, invoice_id, position, category, rate, net, tax, exemption_code, exemption_text,
 settled, credited_net, credited_tax)
SELECT %(tenant)s, d.id, row_number() OVER (PARTITION BY d.nth ORDER BY g.position), g.category, g.rate, g.net, g.tax,
 x.code, x.text, 0, 0, 0
FROM (SELECT head, category, rate, min(position) AS position, sum(net)::bigint AS net, sum(tax)::bigint AS tax
 FROM bill_lines GROUP BY head, category, rate) g
JOIN bill_documents d ON d.head = g.head
JOIN bill_clients k ON k.k = d.k
LEFT JOIN jsonb_to_recordset(%(exemptions)s) AS x(language text, category text, code text, text text)
 ON x.language = k.language AND x.category = g.category
"""

JOURNAL = """
INSERT INTO journal (business_id, sequence, previous, hash, kind, at, actor, content, software, row_id, test)
SELECT %(tenant)s, sequence, coalesce(lag(hash) OVER (ORDER BY sequence), %(head)s), hash, 'invoice', %(now)s,
 %(actor)s, content::jsonb, %(software)s, id, false
FROM (
 SELECT sequence, id, content, seal(%(head)s::text, %(chain_before)s || content || %(chain_between)s || to_json(id)
  || %(chain_then)s || sequence || %(chain_after)s) OVER (ORDER BY sequence) AS hash
 FROM (
  SELECT %(entries)s + nth AS sequence, id, format('{"currency":%%s,"due":%%s,"net":%%s,"number":%%s,"on":%%s,'
   '"tax":%%s,"total":%%s}', to_json(currency), total, net, to_json(number), to_json(%(issued_on)s::date), tax, total)
   AS content
  FROM bill_documents
 ) e
) s
"""
"""One entry for each document, chained (see `models.chain`)."""

HEADS = """
INSERT INTO journal_heads (business_id, sequence, hash)
SELECT business_id, sequence, hash FROM journal
WHERE business_id = %(tenant)s AND sequence = %(entries)s + %(documents)s
ON CONFLICT (business_id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
"""

COUNTER = """
INSERT INTO counters (business_id, series, year, last, last_on)
VALUES (%(tenant)s, %(series)s, %(year)s, %(last)s + %(documents)s, %(issued_on)s)
ON CONFLICT (business_id, series, year) DO UPDATE SET last = excluded.last, last_on = excluded.last_on
"""

NOTICE = """
INSERT INTO messages (business_id, id, channel, template, purpose, created_at, recipient, state, next_attempt_at,
 contact_id, cc, invoice_id, documents, subject_ids, depth, attempts, beside)
SELECT %(tenant)s, {id}, '{channel}', %(notice)s, %(purpose)s, %(now)s, k.{way}, 'prepared', %({way}_goes_at)s,
 k.id, {cc}, d.invoice_id, d.documents, d.subjects, 0, 0, CASE WHEN k.{other} IS NOT NULL THEN {beside} END
FROM ({told}) d JOIN bill_clients k ON k.k = d.k WHERE k.{way} IS NOT NULL ORDER BY k.k
"""
MAIL_ID, SMS_ID = (
    "'msg_' || %(moment)s || substr(encode(sha256(convert_to(%(tenant)s || chr(31) || %(occurrence)s || chr(31)"
    f" || k.id || chr(31) || '{way}', 'UTF8')), 'hex'), 1, 20)"
    for way in ("mail", "sms")
)
WAYS = (
    {"channel": "email", "way": "mail", "id": MAIL_ID, "cc": "k.cc", "other": "sms", "beside": SMS_ID},
    {"channel": "sms", "way": "sms", "id": SMS_ID, "cc": "'[]'", "other": "mail", "beside": MAIL_ID},
)
DOCUMENTS_TOLD = """
SELECT k, ids ->> 0 AS invoice_id, ids AS documents, jsonb_build_object('invoice', ids ->> 0) AS subjects
FROM (SELECT k, jsonb_agg(id ORDER BY nth) AS ids FROM bill_documents GROUP BY k) m
"""
LINKS_TOLD = """
SELECT k, NULL AS invoice_id, '[]'::jsonb AS documents, jsonb_build_object('link', id) AS subjects FROM bill_links
"""
OF_DOCUMENTS = tuple(NOTICE.format(told=DOCUMENTS_TOLD, **way) for way in WAYS)
OF_LINKS = tuple(NOTICE.format(told=LINKS_TOLD, **way) for way in WAYS)
"""One notice for each client on each of its ways, of all its documents or of its link; words are made at delivery."""

LINKS = """
CREATE TEMP TABLE IF NOT EXISTS bill_links (k integer, id text, contact_id text, currency text, amount bigint,
 charge_ids jsonb) ON COMMIT DELETE ROWS;
TRUNCATE bill_links
"""
"""The links of one transaction."""

LINK = """
INSERT INTO bill_links
SELECT k.k, 'lnk_' || %(moment)s || substr(encode(sha256(convert_to(%(tenant)s || chr(31) || %(occurrence)s || chr(31)
 || k.id, 'UTF8')), 'hex'), 1, 20), k.id, b.currency, b.amount, b.ids
FROM (SELECT k, min(currency) AS currency, sum(owed)::bigint AS amount, jsonb_agg(id ORDER BY id COLLATE "C") AS ids
 FROM bill_charges GROUP BY k HAVING sum(owed) > 0) b JOIN bill_clients k ON k.k = b.k
"""
"""One link for each client; plain ones owe in one currency."""

LINKS_MADE = "SELECT currency, sum(amount), count(*) FROM bill_links GROUP BY currency"

SUPERSEDED = """
UPDATE payment_links o SET state = 'superseded', superseded_by = n.id
FROM bill_links n
WHERE o.business_id = %(tenant)s AND o.contact_id = n.contact_id AND o.state = 'open' AND o.currency = n.currency
 AND (SELECT bool_and(n.charge_ids ? e.id) FROM jsonb_array_elements_text(o.charge_ids) e(id)
  LEFT JOIN charges c ON c.business_id = %(tenant)s AND c.id = e.id
  WHERE c.id IS NULL OR coalesce(c.kept, c.owed) - c.settled > 0)
"""
"""An older link that still asks for something, and for nothing but what the new one does, leads to it (R17)."""

PAYMENT_LINKS = """
INSERT INTO payment_links (business_id, id, contact_id, amount, currency, created_at, expires_at, state, charge_ids,
 direct, cause)
SELECT %(tenant)s, id, contact_id, amount, currency, %(now)s, %(expires_at)s, 'open', charge_ids, false, %(cause)s
FROM bill_links ORDER BY k
"""
"""A link claims nothing: its charges stay due."""
