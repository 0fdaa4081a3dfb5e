-- Money lent until the next top-up. `id` is the entry that lent it; at most one is open.

CREATE TABLE promise (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    line_id INTEGER NOT NULL REFERENCES line (id),
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    owed INTEGER NOT NULL CHECK (owed BETWEEN 0 AND amount),
    fee_owed INTEGER NOT NULL CHECK (fee_owed >= 0),
    taken_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    closed_at INTEGER,
    CHECK ((closed_at IS NULL) = (owed + fee_owed > 0))
) STRICT;
CREATE UNIQUE INDEX promise_open ON promise (account_id) WHERE closed_at IS NULL;
CREATE INDEX promise_by_account ON promise (account_id, taken_at);

-- Money from one subscriber to another. `id` is the entry; `return_id` that of what came back.

CREATE TABLE transfer (
    id INTEGER PRIMARY KEY,
    from_account INTEGER NOT NULL REFERENCES account (id),
    from_line INTEGER NOT NULL REFERENCES line (id),
    to_account INTEGER NOT NULL REFERENCES account (id),
    to_line INTEGER NOT NULL REFERENCES line (id),
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sent', 'asked', 'returned', 'kept')),
    returned INTEGER NOT NULL DEFAULT 0 CHECK (returned BETWEEN 0 AND amount),
    return_id INTEGER UNIQUE,
    CHECK (from_account <> to_account),
    CHECK ((state = 'returned') = (return_id IS NOT NULL)),
    CHECK ((return_id IS NULL) = (returned = 0))
) STRICT;
CREATE INDEX transfer_sent ON transfer (from_account, at);
CREATE INDEX transfer_received ON transfer (to_account, at);

-- Calls that the other side pays for: asked for, and agreed to from one instant until another.

CREATE TABLE collect_call (
    id INTEGER PRIMARY KEY,
    caller_line INTEGER NOT NULL REFERENCES line (id),
    payer_line INTEGER NOT NULL REFERENCES line (id),
    asked_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    answer TEXT CHECK (answer IN ('yes', 'no')),
    valid_from INTEGER,
    valid_to INTEGER,
    CHECK ((valid_from IS NULL) = (valid_to IS NULL)),
    CHECK (valid_to >= valid_from),
    CHECK (caller_line <> payer_line)
) STRICT;
CREATE INDEX collect_call_by_caller ON collect_call (caller_line, asked_at);
CREATE INDEX collect_call_by_payer ON collect_call (payer_line, asked_at);
CREATE INDEX collect_call_agreed ON collect_call (caller_line, valid_to)
    WHERE valid_from IS NOT NULL;

-- Which voucher of its batch it is, as it is printed.

ALTER TABLE voucher ADD COLUMN serial INTEGER NOT NULL DEFAULT 0;
