-- Instants are UTC microseconds, money is minor units, flags are 0 or 1: all INTEGER.

CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    language TEXT NOT NULL,
    holder TEXT NOT NULL CHECK (holder IN ('person', 'company')),
    registered_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE personal (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    value TEXT,
    erase_after INTEGER,
    UNIQUE (person_id, kind)
) STRICT;

CREATE TABLE account (
    id INTEGER PRIMARY KEY CHECK (id > 1000),
    currency TEXT NOT NULL,
    floor_minor INTEGER NOT NULL DEFAULT 0,
    opened_at INTEGER NOT NULL
) STRICT;

CREATE TABLE contract (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    account_id INTEGER NOT NULL REFERENCES account (id),
    billing TEXT NOT NULL CHECK (billing IN ('prepaid', 'postpaid')),
    opened_at INTEGER NOT NULL
) STRICT;
CREATE INDEX contract_by_person ON contract (person_id);

CREATE TABLE line (
    id INTEGER PRIMARY KEY,
    contract_id INTEGER NOT NULL REFERENCES contract (id),
    account_id INTEGER NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL CHECK (kind IN ('mobile', 'internet')),
    label TEXT NOT NULL DEFAULT '',
    blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX line_by_contract ON line (contract_id);
CREATE INDEX line_by_account ON line (account_id);

CREATE TABLE identifier (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('msisdn', 'login', 'account_number')),
    value TEXT NOT NULL,
    target_id INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER
) STRICT;
CREATE UNIQUE INDEX identifier_in_use ON identifier (kind, value) WHERE valid_to IS NULL;
CREATE INDEX identifier_by_value ON identifier (value, valid_from);
CREATE INDEX identifier_by_target ON identifier (target_id);

CREATE TABLE puk (
    line_id INTEGER PRIMARY KEY REFERENCES line (id),
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE credential (
    person_id INTEGER PRIMARY KEY REFERENCES person (id),
    password_hash TEXT NOT NULL,
    set_at INTEGER NOT NULL
) STRICT;

CREATE TABLE staff (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    token_digest BLOB NOT NULL UNIQUE,
    person_id INTEGER REFERENCES person (id),
    staff_id INTEGER REFERENCES staff (id),
    line_id INTEGER REFERENCES line (id),
    level INTEGER NOT NULL,
    channel TEXT NOT NULL,
    device TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    CHECK ((person_id IS NULL) <> (staff_id IS NULL))
) STRICT;
CREATE INDEX session_by_person ON session (person_id, ended_at);
CREATE INDEX session_by_age ON session (expires_at);

CREATE TABLE attempt (
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    failures INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT;

CREATE TABLE notice_off (
    person_id INTEGER NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    PRIMARY KEY (person_id, kind)
) STRICT;

CREATE TABLE forwarding (
    line_id INTEGER NOT NULL REFERENCES line (id),
    kind TEXT NOT NULL,
    to_number TEXT NOT NULL,
    PRIMARY KEY (line_id, kind)
) STRICT;

-- Ledger. House accounts are the ids 1 to 1000: no row, no stored balance, never locked.

CREATE TABLE balance (
    account_id INTEGER NOT NULL REFERENCES account (id),
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (account_id, currency)
) STRICT;

CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    line_id INTEGER,
    details TEXT NOT NULL
) STRICT;

CREATE TABLE posting (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    n INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (entry_id, n)
) STRICT;
CREATE INDEX posting_by_account ON posting (account_id, at, entry_id);

CREATE TABLE lot (
    id INTEGER PRIMARY KEY,
    owner_id INTEGER NOT NULL,
    bucket TEXT NOT NULL,
    unit TEXT NOT NULL,
    granted INTEGER NOT NULL CHECK (granted > 0),
    remaining INTEGER NOT NULL CHECK (remaining >= 0 AND remaining <= granted),
    valid_from INTEGER NOT NULL,
    expires_at INTEGER,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX lot_by_owner ON lot (owner_id, expires_at);

CREATE TABLE due (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    line_id INTEGER NOT NULL REFERENCES line (id),
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    anchor TEXT NOT NULL,
    period INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting IN (0, 1)),
    UNIQUE (line_id, kind, ref)
) STRICT;
CREATE INDEX due_by_time ON due (waiting, due_at);
CREATE INDEX due_by_account ON due (account_id, due_at);

CREATE TABLE voucher (
    code_digest BLOB PRIMARY KEY,
    batch TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    entry_id INTEGER
) STRICT;

-- Catalogue: what a line has.

CREATE TABLE subscription (
    id INTEGER PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES line (id),
    tariff TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER
) STRICT;
CREATE UNIQUE INDEX subscription_in_force ON subscription (line_id) WHERE valid_to IS NULL;
CREATE INDEX subscription_by_line ON subscription (line_id, valid_from);

CREATE TABLE activation (
    id INTEGER PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES line (id),
    service TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    paid_until INTEGER
) STRICT;
CREATE UNIQUE INDEX activation_in_force ON activation (line_id, service) WHERE valid_to IS NULL;

-- Usage.

CREATE TABLE usage_record (
    id INTEGER PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES line (id),
    account_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('call', 'sms', 'data')),
    direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
    peer TEXT NOT NULL,
    zone TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    from_lots INTEGER NOT NULL,
    charge_minor INTEGER NOT NULL CHECK (charge_minor >= 0),
    tariff TEXT NOT NULL,
    arrived_at INTEGER NOT NULL
) STRICT;
CREATE INDEX usage_by_line ON usage_record (line_id, at);
CREATE INDEX usage_charged ON usage_record (account_id, at, charge_minor) WHERE charge_minor > 0;

CREATE TABLE lot_draw (
    record_id INTEGER NOT NULL REFERENCES usage_record (id),
    lot_id INTEGER NOT NULL REFERENCES lot (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    PRIMARY KEY (record_id, lot_id)
) STRICT;

CREATE TABLE seen (
    peer TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (peer, id)
) STRICT;

CREATE TABLE usage_import (
    digest TEXT PRIMARY KEY,
    format TEXT NOT NULL,
    size INTEGER NOT NULL,
    lines_done INTEGER NOT NULL,
    added INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    repaired INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;

CREATE TABLE detail_order (
    id INTEGER PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES line (id),
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    price_minor INTEGER NOT NULL,
    ordered_at INTEGER NOT NULL
) STRICT;
CREATE INDEX detail_order_by_line ON detail_order (line_id, ordered_at);

-- Notices: the outbox and the journal.

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    peer TEXT NOT NULL,
    order_key TEXT NOT NULL,
    priority INTEGER NOT NULL,
    line_id INTEGER NOT NULL REFERENCES line (id),
    kind TEXT NOT NULL,
    details TEXT,
    sealed BLOB,
    language TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'done', 'expired', 'permanent'))
) STRICT;
CREATE INDEX outbox_waiting ON outbox (priority, id) WHERE state = 'waiting';
CREATE INDEX outbox_order ON outbox (order_key, id) WHERE state = 'waiting';
CREATE INDEX outbox_by_age ON outbox (created_at) WHERE state <> 'waiting';

CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    person_id INTEGER,
    line_id INTEGER,
    who TEXT NOT NULL,
    who_name TEXT NOT NULL,
    channel TEXT NOT NULL,
    code TEXT NOT NULL,
    result TEXT NOT NULL,
    details TEXT NOT NULL
) STRICT;
CREATE INDEX journal_by_line ON journal (line_id, id);
CREATE INDEX journal_by_person ON journal (person_id, id);

-- The runner.

CREATE TABLE proposal (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    line_id INTEGER,
    operation TEXT NOT NULL,
    ask TEXT NOT NULL,
    quote TEXT NOT NULL,
    agreed TEXT NOT NULL,
    code_digest BLOB,
    code_tries INTEGER NOT NULL DEFAULT 0,
    code_expires_at INTEGER,
    proved INTEGER NOT NULL,
    key TEXT,
    body_digest BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX proposal_by_key ON proposal (owner, key);
CREATE INDEX proposal_by_age ON proposal (expires_at);

CREATE TABLE execution (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    key TEXT,
    body_digest BLOB,
    outcome TEXT,
    at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX execution_by_key ON execution (owner, key);
CREATE INDEX execution_by_age ON execution (at);

CREATE TABLE dialogue_session (
    link TEXT NOT NULL,
    line_id INTEGER NOT NULL REFERENCES line (id),
    id TEXT NOT NULL,
    step INTEGER NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    reply TEXT NOT NULL,
    ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
    at INTEGER NOT NULL,
    PRIMARY KEY (link, line_id, id)
) STRICT;

-- The demo's own network; empty outside the demo.

CREATE TABLE simulator_clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    offset_us INTEGER NOT NULL
) STRICT;

CREATE TABLE simulator_sms (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX simulator_sms_by_number ON simulator_sms (number, id);

CREATE TABLE simulator_network (
    number TEXT NOT NULL,
    fact TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (number, fact)
) STRICT;

CREATE TABLE simulator_person (
    id INTEGER PRIMARY KEY,
    card TEXT NOT NULL
) STRICT;
