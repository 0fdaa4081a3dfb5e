-- Instants are UTC microseconds, money is minor units, flags are 0 or 1: all BIGINT.

CREATE TABLE person (
    id BIGINT PRIMARY KEY,
    language TEXT NOT NULL,
    holder TEXT NOT NULL CHECK (holder IN ('person', 'company')),
    registered_at BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE personal (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    value TEXT,
    erase_after BIGINT,
    UNIQUE (person_id, kind)
);

CREATE TABLE account (
    id BIGINT PRIMARY KEY CHECK (id > 1000),
    currency TEXT NOT NULL,
    floor_minor BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL
);

CREATE TABLE contract (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    account_id BIGINT NOT NULL REFERENCES account (id),
    billing TEXT NOT NULL CHECK (billing IN ('prepaid', 'postpaid')),
    opened_at BIGINT NOT NULL
);
CREATE INDEX contract_by_person ON contract (person_id);

CREATE TABLE line (
    id BIGINT PRIMARY KEY,
    contract_id BIGINT NOT NULL REFERENCES contract (id),
    account_id BIGINT NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL CHECK (kind IN ('mobile', 'internet')),
    label TEXT NOT NULL DEFAULT '',
    blocked BIGINT NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    created_at BIGINT NOT NULL
);
CREATE INDEX line_by_contract ON line (contract_id);
CREATE INDEX line_by_account ON line (account_id);

CREATE TABLE identifier (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('msisdn', 'login', 'account_number')),
    value TEXT NOT NULL,
    target_id BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT
);
CREATE UNIQUE INDEX identifier_in_use ON identifier (kind, value) WHERE valid_to IS NULL;
CREATE INDEX identifier_by_value ON identifier (value, valid_from);
CREATE INDEX identifier_by_target ON identifier (target_id);

CREATE TABLE puk (
    line_id BIGINT PRIMARY KEY REFERENCES line (id),
    sealed BYTEA NOT NULL
);

CREATE TABLE credential (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    password_hash TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

CREATE TABLE staff (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE session (
    id BIGINT PRIMARY KEY,
    token_digest BYTEA NOT NULL UNIQUE,
    person_id BIGINT REFERENCES person (id),
    staff_id BIGINT REFERENCES staff (id),
    line_id BIGINT REFERENCES line (id),
    level BIGINT NOT NULL,
    channel TEXT NOT NULL,
    device TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    CHECK ((person_id IS NULL) <> (staff_id IS NULL))
);
CREATE INDEX session_by_person ON session (person_id, ended_at);
CREATE INDEX session_by_age ON session USING brin (expires_at);

CREATE TABLE attempt (
    kind TEXT NOT NULL,
    subject BYTEA NOT NULL,
    failures BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);

CREATE TABLE notice_off (
    person_id BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    PRIMARY KEY (person_id, kind)
);

CREATE TABLE forwarding (
    line_id BIGINT NOT NULL REFERENCES line (id),
    kind TEXT NOT NULL,
    to_number TEXT NOT NULL,
    PRIMARY KEY (line_id, kind)
);

-- Ledger. House accounts are the ids 1 to 1000: no row, no stored balance, never locked.

CREATE TABLE balance (
    account_id BIGINT NOT NULL REFERENCES account (id),
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (account_id, currency)
);

CREATE TABLE entry (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    line_id BIGINT,
    details TEXT NOT NULL
);

CREATE TABLE posting (
    entry_id BIGINT NOT NULL REFERENCES entry (id),
    n BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount <> 0),
    at BIGINT NOT NULL,
    PRIMARY KEY (entry_id, n)
);
CREATE INDEX posting_by_account ON posting (account_id, at, entry_id);

CREATE TABLE lot (
    id BIGINT PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    bucket TEXT NOT NULL,
    unit TEXT NOT NULL,
    granted BIGINT NOT NULL CHECK (granted > 0),
    remaining BIGINT NOT NULL CHECK (remaining >= 0 AND remaining <= granted),
    valid_from BIGINT NOT NULL,
    expires_at BIGINT,
    source TEXT NOT NULL
);
CREATE INDEX lot_by_owner ON lot (owner_id, expires_at);

CREATE TABLE due (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    line_id BIGINT NOT NULL REFERENCES line (id),
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    anchor TEXT NOT NULL,
    period BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    waiting BIGINT NOT NULL DEFAULT 0 CHECK (waiting IN (0, 1)),
    UNIQUE (line_id, kind, ref)
);
CREATE INDEX due_by_time ON due (waiting, due_at);
CREATE INDEX due_by_account ON due (account_id, due_at);

CREATE TABLE voucher (
    code_digest BYTEA PRIMARY KEY,
    batch TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    entry_id BIGINT
);

-- Catalogue: what a line has.

CREATE TABLE subscription (
    id BIGINT PRIMARY KEY,
    line_id BIGINT NOT NULL REFERENCES line (id),
    tariff TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT
);
CREATE UNIQUE INDEX subscription_in_force ON subscription (line_id) WHERE valid_to IS NULL;
CREATE INDEX subscription_by_line ON subscription (line_id, valid_from);

CREATE TABLE activation (
    id BIGINT PRIMARY KEY,
    line_id BIGINT NOT NULL REFERENCES line (id),
    service TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    paused BIGINT NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    paid_until BIGINT
);
CREATE UNIQUE INDEX activation_in_force ON activation (line_id, service) WHERE valid_to IS NULL;

-- Usage.

CREATE TABLE usage_record (
    id BIGINT PRIMARY KEY,
    line_id BIGINT NOT NULL REFERENCES line (id),
    account_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('call', 'sms', 'data')),
    direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
    peer TEXT NOT NULL,
    zone TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    from_lots BIGINT NOT NULL,
    charge_minor BIGINT NOT NULL CHECK (charge_minor >= 0),
    tariff TEXT NOT NULL,
    arrived_at BIGINT NOT NULL
);
CREATE INDEX usage_by_line ON usage_record (line_id, at);
CREATE INDEX usage_charged ON usage_record (account_id, at, charge_minor) WHERE charge_minor > 0;

CREATE TABLE lot_draw (
    record_id BIGINT NOT NULL REFERENCES usage_record (id),
    lot_id BIGINT NOT NULL REFERENCES lot (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    PRIMARY KEY (record_id, lot_id)
);

CREATE TABLE seen (
    peer TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (peer, id)
);

CREATE TABLE usage_import (
    digest TEXT PRIMARY KEY,
    format TEXT NOT NULL,
    size BIGINT NOT NULL,
    lines_done BIGINT NOT NULL,
    added BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    repaired BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    finished_at BIGINT
);

CREATE TABLE detail_order (
    id BIGINT PRIMARY KEY,
    line_id BIGINT NOT NULL REFERENCES line (id),
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    ordered_at BIGINT NOT NULL
);
CREATE INDEX detail_order_by_line ON detail_order (line_id, ordered_at);

-- Notices: the outbox and the journal.

CREATE TABLE outbox (
    id BIGINT PRIMARY KEY,
    peer TEXT NOT NULL,
    order_key TEXT NOT NULL,
    priority BIGINT NOT NULL,
    line_id BIGINT NOT NULL REFERENCES line (id),
    kind TEXT NOT NULL,
    details TEXT,
    sealed BYTEA,
    language TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'done', 'expired', 'permanent'))
);
CREATE INDEX outbox_waiting ON outbox (priority, id) WHERE state = 'waiting';
CREATE INDEX outbox_order ON outbox (order_key, id) WHERE state = 'waiting';
CREATE INDEX outbox_by_age ON outbox USING brin (created_at);

CREATE TABLE journal (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    person_id BIGINT,
    line_id BIGINT,
    who TEXT NOT NULL,
    who_name TEXT NOT NULL,
    channel TEXT NOT NULL,
    code TEXT NOT NULL,
    result TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX journal_by_line ON journal (line_id, id);
CREATE INDEX journal_by_person ON journal (person_id, id);

-- The runner.

CREATE TABLE proposal (
    id BIGINT PRIMARY KEY,
    owner TEXT NOT NULL,
    line_id BIGINT,
    operation TEXT NOT NULL,
    ask TEXT NOT NULL,
    quote TEXT NOT NULL,
    agreed TEXT NOT NULL,
    code_digest BYTEA,
    code_tries BIGINT NOT NULL DEFAULT 0,
    code_expires_at BIGINT,
    proved BIGINT NOT NULL,
    key TEXT,
    body_digest BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX proposal_by_key ON proposal (owner, key);
CREATE INDEX proposal_by_age ON proposal (expires_at);

CREATE TABLE execution (
    id BIGINT PRIMARY KEY,
    owner TEXT NOT NULL,
    key TEXT,
    body_digest BYTEA,
    outcome TEXT,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX execution_by_key ON execution (owner, key);
CREATE INDEX execution_by_age ON execution USING brin (at);

CREATE TABLE dialogue_session (
    link TEXT NOT NULL,
    line_id BIGINT NOT NULL REFERENCES line (id),
    id TEXT NOT NULL,
    step BIGINT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    reply TEXT NOT NULL,
    ended BIGINT NOT NULL CHECK (ended IN (0, 1)),
    at BIGINT NOT NULL,
    PRIMARY KEY (link, line_id, id)
);

-- The demo's own network; empty outside the demo.

CREATE TABLE simulator_clock (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    offset_us BIGINT NOT NULL
);

CREATE TABLE simulator_sms (
    id BIGINT PRIMARY KEY,
    number TEXT NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX simulator_sms_by_number ON simulator_sms (number, id);

CREATE TABLE simulator_network (
    number TEXT NOT NULL,
    fact TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (number, fact)
);

CREATE TABLE simulator_person (
    id BIGINT PRIMARY KEY,
    card TEXT NOT NULL
);
