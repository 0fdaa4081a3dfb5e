-- Tax invoices: numbers without gaps, and what was on each when it was made.

CREATE TABLE invoice_series (
    series TEXT PRIMARY KEY,
    last BIGINT NOT NULL CHECK (last > 0)
);

CREATE TABLE invoice (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    month TEXT NOT NULL,
    series TEXT NOT NULL,
    n BIGINT NOT NULL CHECK (n > 0),
    issued_at BIGINT NOT NULL,
    currency TEXT NOT NULL,
    total BIGINT NOT NULL CHECK (total > 0),
    vat BIGINT NOT NULL CHECK (vat >= 0 AND vat <= total),
    vat_rate BIGINT NOT NULL,
    words TEXT NOT NULL,
    UNIQUE (account_id, month),
    UNIQUE (series, n)
);

CREATE TABLE invoice_line (
    invoice_id BIGINT NOT NULL REFERENCES invoice (id),
    n BIGINT NOT NULL,
    kind TEXT NOT NULL,
    items TEXT NOT NULL,
    earlier BIGINT NOT NULL CHECK (earlier IN (0, 1)),
    count BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (invoice_id, n)
);

-- Papers that take long to make, until they are fetched or forgotten. Times are real.

CREATE TABLE paper (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    line_id BIGINT NOT NULL REFERENCES line (id),
    ask TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('making', 'ready', 'failed')),
    rows_done BIGINT NOT NULL,
    rows_all BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    name TEXT NOT NULL,
    content BYTEA
);
CREATE INDEX paper_by_person ON paper (person_id, state);
CREATE INDEX paper_by_age ON paper (expires_at);
