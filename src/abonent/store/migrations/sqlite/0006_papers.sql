-- Tax invoices: numbers without gaps, and what was on each when it was made.

CREATE TABLE invoice_series (
    series TEXT PRIMARY KEY,
    last INTEGER NOT NULL CHECK (last > 0)
) STRICT;

CREATE TABLE invoice (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    month TEXT NOT NULL,
    series TEXT NOT NULL,
    n INTEGER NOT NULL CHECK (n > 0),
    issued_at INTEGER NOT NULL,
    currency TEXT NOT NULL,
    total INTEGER NOT NULL CHECK (total > 0),
    vat INTEGER NOT NULL CHECK (vat >= 0 AND vat <= total),
    vat_rate INTEGER NOT NULL,
    words TEXT NOT NULL,
    UNIQUE (account_id, month),
    UNIQUE (series, n)
) STRICT;

CREATE TABLE invoice_line (
    invoice_id INTEGER NOT NULL REFERENCES invoice (id),
    n INTEGER NOT NULL,
    kind TEXT NOT NULL,
    items TEXT NOT NULL,
    earlier INTEGER NOT NULL CHECK (earlier IN (0, 1)),
    count INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (invoice_id, n)
) STRICT;

-- Papers that take long to make, until they are fetched or forgotten. Times are real.

CREATE TABLE paper (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    line_id INTEGER NOT NULL REFERENCES line (id),
    ask TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('making', 'ready', 'failed')),
    rows_done INTEGER NOT NULL,
    rows_all INTEGER NOT NULL,
    claimed_until INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    content BLOB
) STRICT;
CREATE INDEX paper_by_person ON paper (person_id, state);
CREATE INDEX paper_by_age ON paper (expires_at);
