-- The foundation of the schema; frozen: later changes are later versions.

CREATE TABLE alerts (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT NOT NULL,
    text TEXT NOT NULL,
    contact_id TEXT,
    data JSONB,
    seen_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT alerts_pkey PRIMARY KEY (business_id, id)
);

CREATE INDEX alerts_business_id_at_idx ON alerts (business_id, at);

CREATE TABLE automation_versions (
    business_id TEXT NOT NULL,
    automation_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    text TEXT NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT automation_versions_pkey PRIMARY KEY (business_id, automation_id, version)
);

CREATE TABLE automations (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version BIGINT,
    draft TEXT,
    parked_reason TEXT,
    paused_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT automations_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT automations_state_check CHECK (state IN ('draft', 'active', 'paused', 'parked', 'archived'))
);

CREATE TABLE bookings (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    order_id TEXT,
    position BIGINT NOT NULL,
    session_id TEXT,
    contact_id TEXT,
    quantity BIGINT NOT NULL,
    price BIGINT,
    currency TEXT,
    payment TEXT,
    policy JSONB,
    attendance TEXT NOT NULL,
    status TEXT NOT NULL,
    cancel_reason TEXT,
    cancel_refund JSONB,
    placed_at TIMESTAMP WITH TIME ZONE,
    placed_stamp TEXT NOT NULL,
    move_stamp TEXT NOT NULL,
    cancel_stamp TEXT NOT NULL,
    attendance_stamp TEXT NOT NULL,
    moved_stamp TEXT NOT NULL,
    moved_starts TIMESTAMP WITH TIME ZONE,
    moved_ends TIMESTAMP WITH TIME ZONE,
    started TEXT NOT NULL,
    ended TEXT NOT NULL,
    CONSTRAINT bookings_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT bookings_attendance_check CHECK (attendance IN ('booked', 'checked_in', 'no_show')),
    CONSTRAINT bookings_status_check CHECK (status IN ('booked', 'cancelled'))
)
 WITH (fillfactor = 85);

CREATE INDEX bookings_business_id_order_id_idx ON bookings (business_id, order_id);

CREATE INDEX bookings_business_id_session_id_idx ON bookings (business_id, session_id);

CREATE TABLE business_regimes (
    business_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    CONSTRAINT business_regimes_pkey PRIMARY KEY (business_id, kind, valid_from)
);

CREATE TABLE businesses (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    timezone TEXT NOT NULL,
    locale TEXT NOT NULL,
    currency TEXT NOT NULL,
    country TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    tax_rate NUMERIC NOT NULL,
    email TEXT,
    channels JSONB NOT NULL,
    payment_terms_days BIGINT NOT NULL,
    due_soon_days BIGINT NOT NULL,
    daily_cap BIGINT NOT NULL,
    quiet_from TIME WITHOUT TIME ZONE,
    quiet_to TIME WITHOUT TIME ZONE,
    partial_payments JSONB NOT NULL,
    billing JSONB NOT NULL,
    series_prefix TEXT NOT NULL,
    legal_name TEXT,
    trade_name TEXT,
    legal_form TEXT,
    capital TEXT,
    siren TEXT,
    siret TEXT,
    register_city TEXT,
    vat_number TEXT,
    tax_registration TEXT,
    address JSONB,
    vat_exempt BOOLEAN NOT NULL,
    penalty_rate NUMERIC,
    discount_text TEXT,
    mediator TEXT,
    retention_years BIGINT NOT NULL,
    rules_version BIGINT NOT NULL,
    CONSTRAINT businesses_pkey PRIMARY KEY (id)
);

CREATE TABLE charges (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    description TEXT NOT NULL,
    quantity NUMERIC NOT NULL,
    unit_price BIGINT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    owed BIGINT NOT NULL,
    due_on DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    participant_id TEXT,
    order_id TEXT,
    booking_id TEXT,
    position BIGINT NOT NULL,
    tax_included BOOLEAN NOT NULL,
    tax_category TEXT NOT NULL,
    tax_rate NUMERIC NOT NULL,
    nature TEXT NOT NULL,
    unit TEXT NOT NULL,
    service_from DATE,
    service_to DATE,
    place TEXT,
    state TEXT NOT NULL,
    settled BIGINT NOT NULL,
    invoice_id TEXT,
    discount BIGINT NOT NULL,
    discount_reason TEXT,
    policy JSONB,
    fee_kind TEXT,
    voucher_purpose TEXT,
    recurring_id TEXT,
    stamp TEXT NOT NULL,
    cancel_stamp TEXT NOT NULL,
    kept BIGINT,
    CONSTRAINT charges_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT charges_state_check CHECK (state IN ('due', 'claimed', 'invoiced', 'settled', 'cancelled')),
    CONSTRAINT charges_fee_kind_check CHECK (fee_kind IN ('price_kept', 'indemnity')),
    CONSTRAINT charges_settled_check CHECK (settled >= 0 OR amount < 0),
    CONSTRAINT charges_document_check CHECK ((state IN ('claimed', 'invoiced')) <= (invoice_id IS NOT NULL))
)
 WITH (fillfactor = 85);

CREATE INDEX charges_business_id_contact_id_due_on_idx ON charges (business_id, contact_id, due_on) WHERE state = 'due';

CREATE INDEX charges_business_id_invoice_id_idx ON charges (business_id, invoice_id) WHERE invoice_id IS NOT NULL;

CREATE INDEX charges_business_id_order_id_idx ON charges (business_id, order_id) WHERE order_id IS NOT NULL;

CREATE TABLE closings (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    period_from DATE NOT NULL,
    period_to DATE NOT NULL,
    totals JSONB NOT NULL,
    grand_total BIGINT NOT NULL,
    hash TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT closings_pkey PRIMARY KEY (business_id, id)
);

CREATE TABLE consents (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    source TEXT NOT NULL,
    text_version TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT consents_pkey PRIMARY KEY (business_id, id)
);

CREATE INDEX consents_business_id_contact_id_idx ON consents (business_id, contact_id);

CREATE TABLE contacts (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT,
    email TEXT,
    phone TEXT,
    locale TEXT,
    kind TEXT NOT NULL,
    country TEXT,
    legal_name TEXT,
    siren TEXT,
    vat_number TEXT,
    vat_checked_at TIMESTAMP WITH TIME ZONE,
    address JSONB,
    bill_to TEXT,
    cc JSONB NOT NULL,
    tags JSONB NOT NULL,
    custom JSONB NOT NULL,
    order_reference TEXT,
    billing JSONB,
    merged_into TEXT,
    email_bad BOOLEAN NOT NULL,
    phone_bad BOOLEAN NOT NULL,
    stamps JSONB NOT NULL,
    CONSTRAINT contacts_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT contacts_kind_check CHECK (kind IN ('consumer', 'business', 'public'))
);

CREATE TABLE counters (
    business_id TEXT NOT NULL,
    series TEXT NOT NULL,
    year BIGINT NOT NULL,
    last BIGINT NOT NULL,
    last_on DATE NOT NULL,
    CONSTRAINT counters_pkey PRIMARY KEY (business_id, series, year)
);

CREATE TABLE daily_counts (
    business_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    day TEXT NOT NULL,
    messages BIGINT NOT NULL,
    CONSTRAINT daily_counts_pkey PRIMARY KEY (business_id, contact_id, day)
)
 WITH (fillfactor = 70);

CREATE TABLE dead_letters (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY,
    business_id TEXT,
    arrived_at TIMESTAMP WITH TIME ZONE NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    raw BYTEA NOT NULL,
    source TEXT,
    event_id TEXT,
    type TEXT,
    replayed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT dead_letters_pkey PRIMARY KEY (id)
);

CREATE INDEX dead_letters_arrived_at_idx ON dead_letters (arrived_at);

CREATE TABLE decisions (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    contact_id TEXT,
    automation_id TEXT,
    version BIGINT,
    run_id TEXT,
    fact_id TEXT,
    step TEXT,
    detail JSONB,
    CONSTRAINT decisions_pkey PRIMARY KEY (business_id, id)
);

CREATE INDEX decisions_business_id_fact_id_idx ON decisions (business_id, fact_id);

CREATE INDEX decisions_business_id_run_id_idx ON decisions (business_id, run_id) WHERE run_id IS NOT NULL;

CREATE TABLE facts (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    contact_id TEXT,
    subjects JSONB NOT NULL,
    data JSONB,
    cause JSONB,
    depth BIGINT NOT NULL,
    CONSTRAINT facts_pkey PRIMARY KEY (business_id, id)
);

CREATE TABLE holds (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    since DATE NOT NULL,
    contact_id TEXT,
    invoice_id TEXT,
    until DATE,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT holds_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT holds_kind_check CHECK (kind IN ('dispute', 'pause', 'promise', 'insolvency', 'deceased', 'expired'))
);

CREATE INDEX holds_business_id_contact_id_idx ON holds (business_id, contact_id);

CREATE TABLE inbox (
    business_id TEXT NOT NULL,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    sequence BIGINT GENERATED BY DEFAULT AS IDENTITY,
    type TEXT NOT NULL,
    time TIMESTAMP WITH TIME ZONE NOT NULL,
    arrived_at TIMESTAMP WITH TIME ZONE NOT NULL,
    raw TEXT NOT NULL,
    CONSTRAINT inbox_pkey PRIMARY KEY (business_id, source, id),
    CONSTRAINT inbox_sequence_key UNIQUE (sequence)
);

CREATE TABLE invoices (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    payer_kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    net BIGINT NOT NULL,
    tax BIGINT NOT NULL,
    total BIGINT NOT NULL,
    amount_due BIGINT NOT NULL,
    series TEXT,
    year BIGINT,
    sequence BIGINT,
    number TEXT,
    issued_on DATE,
    issued_at TIMESTAMP WITH TIME ZONE,
    due_on DATE,
    service_from DATE,
    service_to DATE,
    language TEXT NOT NULL,
    seller JSONB NOT NULL,
    payer JSONB NOT NULL,
    notes JSONB NOT NULL,
    law_ids JSONB NOT NULL,
    of_id TEXT,
    of_number TEXT,
    of_date DATE,
    preceding JSONB NOT NULL,
    tax_currency TEXT,
    tax_in_currency BIGINT,
    exchange_rate NUMERIC,
    exchange_source TEXT,
    exchange_date DATE,
    prepaid BIGINT NOT NULL,
    due_at_issue BIGINT NOT NULL,
    credited BIGINT NOT NULL,
    terms_days BIGINT NOT NULL,
    order_reference TEXT,
    order_id TEXT,
    cause JSONB,
    check_at TIMESTAMP WITH TIME ZONE,
    due_soon_for DATE,
    overdue_for DATE,
    sent_at TIMESTAMP WITH TIME ZONE,
    file_hash TEXT,
    renderer TEXT,
    test BOOLEAN NOT NULL,
    CONSTRAINT invoices_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT invoices_kind_check CHECK (kind IN ('380', '381', '386', 'receipt', 'note', 'reminder', 'formal_notice')),
    CONSTRAINT invoices_status_check CHECK (status IN ('draft', 'issued', 'paid', 'void', 'written_off')),
    CONSTRAINT invoices_number_check CHECK ((status = 'draft') = (number IS NULL) OR kind IN ('note', 'reminder')),
    CONSTRAINT invoices_dates_check CHECK (due_on IS NULL OR issued_on IS NULL OR due_on >= issued_on OR status = 'paid' OR kind = '386')
)
 WITH (fillfactor = 85);

CREATE INDEX invoices_business_id_contact_id_idx ON invoices (business_id, contact_id);

CREATE UNIQUE INDEX invoices_business_id_number_idx ON invoices (business_id, number) WHERE number IS NOT NULL;

CREATE INDEX invoices_business_id_of_id_idx ON invoices (business_id, of_id) WHERE of_id IS NOT NULL;

CREATE INDEX invoices_check_at_business_id_idx ON invoices (check_at, business_id) WHERE check_at IS NOT NULL;

CREATE TABLE journal (
    business_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    content JSONB NOT NULL,
    software TEXT NOT NULL,
    row_id TEXT NOT NULL,
    test BOOLEAN NOT NULL,
    CONSTRAINT journal_pkey PRIMARY KEY (business_id, sequence)
);

CREATE TABLE journal_heads (
    business_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT journal_heads_pkey PRIMARY KEY (business_id)
);

CREATE TABLE law_texts (
    id TEXT NOT NULL,
    country TEXT NOT NULL,
    subject TEXT NOT NULL,
    language TEXT NOT NULL,
    valid_from DATE NOT NULL,
    text TEXT NOT NULL,
    payer_kind TEXT,
    regime TEXT,
    value NUMERIC,
    valid_to DATE,
    CONSTRAINT law_texts_pkey PRIMARY KEY (id)
);

CREATE TABLE limit_slots (
    business_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    automation_id TEXT NOT NULL,
    group_key TEXT NOT NULL,
    slot BIGINT NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT limit_slots_pkey PRIMARY KEY (business_id, contact_id, automation_id, group_key, slot)
)
 WITH (fillfactor = 85);

CREATE TABLE mandates (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    reference TEXT NOT NULL,
    text_version TEXT NOT NULL,
    agreed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    cap BIGINT,
    currency TEXT,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT mandates_pkey PRIMARY KEY (business_id, id)
);

CREATE INDEX mandates_business_id_contact_id_idx ON mandates (business_id, contact_id);

CREATE TABLE messages (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    channel TEXT NOT NULL,
    template TEXT NOT NULL,
    purpose TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE,
    contact_id TEXT,
    cc JSONB NOT NULL,
    automation_id TEXT,
    version BIGINT,
    step TEXT,
    run_id TEXT,
    invoice_id TEXT,
    documents JSONB NOT NULL,
    subject_ids JSONB NOT NULL,
    depth BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease TEXT,
    subject TEXT,
    text TEXT,
    html TEXT,
    sent_at TIMESTAMP WITH TIME ZONE,
    detail TEXT,
    consent_id TEXT,
    proof JSONB,
    CONSTRAINT messages_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT messages_purpose_check CHECK (purpose IN ('legal', 'service', 'marketing')),
    CONSTRAINT messages_state_check CHECK (state IN ('prepared', 'sending', 'sent', 'failed', 'uncertain', 'skipped')),
    CONSTRAINT messages_attempt_check CHECK (state NOT IN ('prepared', 'sending') OR next_attempt_at IS NOT NULL)
)
 WITH (fillfactor = 70);

CREATE INDEX messages_business_id_contact_id_created_at_idx ON messages (business_id, contact_id, created_at);

CREATE INDEX messages_business_id_next_attempt_at_idx ON messages (business_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE INDEX messages_business_id_run_id_idx ON messages (business_id, run_id) WHERE run_id IS NOT NULL;

CREATE INDEX messages_next_attempt_at_idx ON messages (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE noted_charges (
    business_id TEXT NOT NULL,
    automation_id TEXT NOT NULL,
    charge_id TEXT NOT NULL,
    group_key TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    event_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    subjects JSONB NOT NULL,
    CONSTRAINT noted_charges_pkey PRIMARY KEY (business_id, automation_id, charge_id)
);

CREATE INDEX noted_charges_due_at_business_id_idx ON noted_charges (due_at, business_id);

CREATE TABLE orders (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    contact_id TEXT,
    placed_at TIMESTAMP WITH TIME ZONE,
    stamp TEXT NOT NULL,
    waits BOOLEAN NOT NULL,
    booked BOOLEAN NOT NULL,
    paid BOOLEAN NOT NULL,
    paid_upstream BIGINT,
    paid_currency TEXT,
    rest_stamp TEXT NOT NULL,
    paid_stamp TEXT NOT NULL,
    CONSTRAINT orders_pkey PRIMARY KEY (business_id, id)
)
 WITH (fillfactor = 85);

CREATE TABLE pauses (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    target TEXT,
    until TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pauses_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT pauses_scope_check CHECK (scope IN ('everything', 'channel', 'money', 'automation'))
);

CREATE TABLE payments (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    contact_id TEXT,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    method TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    available BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    target TEXT,
    charge_ids JSONB NOT NULL,
    status TEXT NOT NULL,
    stamp TEXT NOT NULL,
    reverse_stamp TEXT NOT NULL,
    reverse_reason TEXT,
    provider TEXT,
    provider_reference TEXT,
    provider_fee BIGINT,
    actor TEXT,
    note TEXT,
    CONSTRAINT payments_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT payments_purpose_check CHECK (purpose IN ('payment', 'deposit', 'credit', 'voucher')),
    CONSTRAINT payments_status_check CHECK (status IN ('received', 'reversed')),
    CONSTRAINT payments_available_check CHECK (available >= 0 AND available <= amount)
);

CREATE INDEX payments_business_id_contact_id_idx ON payments (business_id, contact_id) WHERE available > 0;

CREATE INDEX payments_business_id_target_idx ON payments (business_id, target) WHERE target IS NOT NULL;

CREATE TABLE recurring_payments (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    contact_id TEXT,
    description TEXT,
    price BIGINT,
    currency TEXT,
    every TEXT,
    anchor TEXT,
    starts_on DATE,
    ends_on DATE,
    collect TEXT,
    stamp TEXT NOT NULL,
    cancel_stamp TEXT NOT NULL,
    cancel_reason TEXT,
    started BOOLEAN NOT NULL,
    next_run_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT recurring_payments_pkey PRIMARY KEY (business_id, id)
);

CREATE INDEX recurring_payments_next_run_at_idx ON recurring_payments (next_run_at) WHERE next_run_at IS NOT NULL;

CREATE TABLE refunds (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    payment_id TEXT,
    contact_id TEXT,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    method TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    status TEXT NOT NULL,
    charge_id TEXT,
    credit_note_id TEXT,
    reason TEXT,
    provider_reference TEXT,
    actor TEXT,
    CONSTRAINT refunds_pkey PRIMARY KEY (business_id, id)
);

CREATE INDEX refunds_business_id_payment_id_idx ON refunds (business_id, payment_id);

CREATE TABLE run_subjects (
    business_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    run_id TEXT NOT NULL,
    CONSTRAINT run_subjects_pkey PRIMARY KEY (business_id, subject, run_id)
);

CREATE INDEX run_subjects_business_id_run_id_idx ON run_subjects (business_id, run_id);

CREATE TABLE runs (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    automation_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    contact_id TEXT,
    state TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    trigger TEXT NOT NULL,
    fact_id TEXT NOT NULL,
    subjects JSONB NOT NULL,
    position BIGINT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    held_at TIMESTAMP WITH TIME ZONE,
    depth BIGINT NOT NULL,
    effects BIGINT NOT NULL,
    made JSONB NOT NULL,
    merged JSONB NOT NULL,
    data JSONB,
    slot_key TEXT,
    slot BIGINT,
    ended_at TIMESTAMP WITH TIME ZONE,
    reason TEXT,
    CONSTRAINT runs_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT runs_state_check CHECK (state IN ('waiting', 'deferred', 'done', 'skipped', 'cancelled', 'failed')),
    CONSTRAINT runs_due_check CHECK ((state IN ('waiting', 'deferred')) OR due_at IS NULL)
)
 WITH (fillfactor = 85);

CREATE INDEX runs_business_id_automation_id_state_idx ON runs (business_id, automation_id, state);

CREATE INDEX runs_business_id_contact_id_idx ON runs (business_id, contact_id);

CREATE INDEX runs_business_id_due_at_idx ON runs (business_id, due_at) WHERE due_at IS NOT NULL;

CREATE INDEX runs_due_at_idx ON runs (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE service_versions (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    stamp TEXT NOT NULL,
    name TEXT,
    category TEXT,
    price BIGINT,
    currency TEXT,
    tax_rate NUMERIC,
    tax_included BOOLEAN NOT NULL,
    payment TEXT,
    nature TEXT NOT NULL,
    unit TEXT NOT NULL,
    tax_category TEXT NOT NULL,
    policy_version TEXT,
    CONSTRAINT service_versions_pkey PRIMARY KEY (business_id, id, stamp)
);

CREATE TABLE sessions (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    service_id TEXT,
    starts_at TIMESTAMP WITH TIME ZONE,
    ends_at TIMESTAMP WITH TIME ZONE,
    kind TEXT,
    place TEXT,
    cancel_reason TEXT,
    cancel_refund JSONB,
    detail_stamp TEXT NOT NULL,
    time_stamp TEXT NOT NULL,
    cancel_stamp TEXT NOT NULL,
    announce_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT sessions_pkey PRIMARY KEY (business_id, id)
)
 WITH (fillfactor = 85);

CREATE INDEX sessions_announce_at_business_id_idx ON sessions (announce_at, business_id) WHERE announce_at IS NOT NULL;

CREATE INDEX sessions_business_id_service_id_idx ON sessions (business_id, service_id);

CREATE TABLE waiting (
    sequence BIGINT NOT NULL,
    business_id TEXT NOT NULL,
    arrived_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts BIGINT NOT NULL,
    CONSTRAINT waiting_pkey PRIMARY KEY (business_id, sequence)
);

CREATE TABLE allocations (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    charge_id TEXT,
    amount BIGINT NOT NULL,
    on_date DATE NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    invoice_id TEXT,
    taxes JSONB,
    credit BOOLEAN NOT NULL,
    CONSTRAINT allocations_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT allocations_business_id_payment_id_fkey FOREIGN KEY(business_id, payment_id) REFERENCES payments (business_id, id)
);

CREATE INDEX allocations_business_id_charge_id_idx ON allocations (business_id, charge_id);

CREATE INDEX allocations_business_id_payment_id_idx ON allocations (business_id, payment_id);

CREATE TABLE invoice_lines (
    business_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    description TEXT NOT NULL,
    quantity NUMERIC NOT NULL,
    unit TEXT NOT NULL,
    unit_price BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    tax_included BOOLEAN NOT NULL,
    net BIGINT NOT NULL,
    tax BIGINT NOT NULL,
    gross BIGINT NOT NULL,
    category TEXT NOT NULL,
    rate NUMERIC NOT NULL,
    charge_id TEXT,
    service_from DATE,
    service_to DATE,
    place TEXT,
    participant TEXT,
    nature TEXT NOT NULL,
    discount BIGINT NOT NULL,
    discount_reason TEXT,
    CONSTRAINT invoice_lines_pkey PRIMARY KEY (business_id, invoice_id, position),
    CONSTRAINT invoice_lines_business_id_invoice_id_fkey FOREIGN KEY(business_id, invoice_id) REFERENCES invoices (business_id, id)
);

CREATE INDEX invoice_lines_business_id_charge_id_idx ON invoice_lines (business_id, charge_id) WHERE charge_id IS NOT NULL;

CREATE TABLE invoice_taxes (
    business_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    category TEXT NOT NULL,
    rate NUMERIC NOT NULL,
    net BIGINT NOT NULL,
    tax BIGINT NOT NULL,
    exemption_code TEXT,
    exemption_text TEXT,
    settled BIGINT NOT NULL,
    credited_net BIGINT NOT NULL,
    credited_tax BIGINT NOT NULL,
    CONSTRAINT invoice_taxes_pkey PRIMARY KEY (business_id, invoice_id, position),
    CONSTRAINT invoice_taxes_business_id_invoice_id_fkey FOREIGN KEY(business_id, invoice_id) REFERENCES invoices (business_id, id)
);

CREATE TABLE write_offs (
    business_id TEXT NOT NULL,
    id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    net BIGINT NOT NULL,
    tax BIGINT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    proof TEXT,
    CONSTRAINT write_offs_pkey PRIMARY KEY (business_id, id),
    CONSTRAINT write_offs_business_id_invoice_id_fkey FOREIGN KEY(business_id, invoice_id) REFERENCES invoices (business_id, id)
);

