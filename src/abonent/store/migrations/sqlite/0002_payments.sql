-- Payments from outside. `id` is also the id of the payment's entry, so that it is booked once.

CREATE TABLE payment_means (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    gateway TEXT NOT NULL,
    token_digest BLOB NOT NULL,
    sealed BLOB,
    label TEXT NOT NULL,
    kept_at INTEGER NOT NULL,
    removed_at INTEGER,
    CHECK ((sealed IS NULL) = (removed_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX payment_means_kept ON payment_means (person_id, gateway, token_digest)
    WHERE removed_at IS NULL;

CREATE TABLE payment (
    id INTEGER PRIMARY KEY,
    account_id INTEGER REFERENCES account (id),
    line_id INTEGER REFERENCES line (id),
    person_id INTEGER REFERENCES person (id),
    gateway TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    commission INTEGER NOT NULL CHECK (commission >= 0),
    bonus INTEGER NOT NULL CHECK (bonus >= 0),
    state TEXT NOT NULL CHECK (state IN
        ('created', 'pending', 'paid', 'failed', 'refunded', 'charged_back', 'review')),
    reason TEXT NOT NULL DEFAULT '',
    reference TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL,
    keep INTEGER NOT NULL CHECK (keep IN (0, 1)),
    automatic INTEGER NOT NULL CHECK (automatic IN (0, 1)),
    means_id INTEGER REFERENCES payment_means (id),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    told_at INTEGER,
    paid_at INTEGER,
    return_id INTEGER UNIQUE,
    returned INTEGER NOT NULL DEFAULT 0 CHECK (returned BETWEEN 0 AND amount + commission),
    try_at INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    CHECK ((account_id IS NULL) = (line_id IS NULL)),
    CHECK (state <> 'paid' OR paid_at IS NOT NULL),
    CHECK (return_id IS NULL OR paid_at IS NOT NULL)
) STRICT;
CREATE INDEX payment_by_account ON payment (account_id, created_at);
CREATE INDEX payment_by_person ON payment (person_id, created_at);
CREATE INDEX payment_by_reference ON payment (gateway, reference) WHERE reference <> '';
CREATE INDEX payment_to_try ON payment (try_at) WHERE try_at IS NOT NULL;
CREATE INDEX payment_open ON payment (created_at) WHERE state IN ('created', 'pending');
CREATE INDEX payment_by_paid ON payment (gateway, paid_at) WHERE paid_at IS NOT NULL;

CREATE TABLE payment_event (
    gateway TEXT NOT NULL,
    id TEXT NOT NULL,
    payment_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    reference TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    arrived_at INTEGER NOT NULL,
    verdict TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (gateway, id)
) STRICT;
CREATE INDEX payment_event_by_payment ON payment_event (payment_id, arrived_at);

-- The demo's own provider of payments; empty outside the demo.

CREATE TABLE simulator_payment (
    payment INTEGER PRIMARY KEY,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    back_path TEXT NOT NULL,
    keep INTEGER NOT NULL CHECK (keep IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('open', 'paid', 'failed', 'refunded')),
    reason TEXT NOT NULL DEFAULT '',
    card TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    returned_at INTEGER
) STRICT;
CREATE INDEX simulator_payment_by_time ON simulator_payment (at);

CREATE TABLE simulator_webhook (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    tell_at INTEGER NOT NULL
) STRICT;
