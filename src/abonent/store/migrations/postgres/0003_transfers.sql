-- Money lent until the next top-up. `id` is the entry that lent it; at most one is open.

CREATE TABLE promise (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    line_id BIGINT NOT NULL REFERENCES line (id),
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    owed BIGINT NOT NULL CHECK (owed BETWEEN 0 AND amount),
    fee_owed BIGINT NOT NULL CHECK (fee_owed >= 0),
    taken_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    closed_at BIGINT,
    CHECK ((closed_at IS NULL) = (owed + fee_owed > 0))
);
CREATE UNIQUE INDEX promise_open ON promise (account_id) WHERE closed_at IS NULL;
CREATE INDEX promise_by_account ON promise (account_id, taken_at);

-- Money from one subscriber to another. `id` is the entry; `return_id` that of what came back.

CREATE TABLE transfer (
    id BIGINT PRIMARY KEY,
    from_account BIGINT NOT NULL REFERENCES account (id),
    from_line BIGINT NOT NULL REFERENCES line (id),
    to_account BIGINT NOT NULL REFERENCES account (id),
    to_line BIGINT NOT NULL REFERENCES line (id),
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sent', 'asked', 'returned', 'kept')),
    returned BIGINT NOT NULL DEFAULT 0 CHECK (returned BETWEEN 0 AND amount),
    return_id BIGINT UNIQUE,
    CHECK (from_account <> to_account),
    CHECK ((state = 'returned') = (return_id IS NOT NULL)),
    CHECK ((return_id IS NULL) = (returned = 0))
);
CREATE INDEX transfer_sent ON transfer (from_account, at);
CREATE INDEX transfer_received ON transfer (to_account, at);

-- Calls that the other side pays for: asked for, and agreed to from one instant until another.

CREATE TABLE collect_call (
    id BIGINT PRIMARY KEY,
    caller_line BIGINT NOT NULL REFERENCES line (id),
    payer_line BIGINT NOT NULL REFERENCES line (id),
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answer TEXT CHECK (answer IN ('yes', 'no')),
    valid_from BIGINT,
    valid_to BIGINT,
    CHECK ((valid_from IS NULL) = (valid_to IS NULL)),
    CHECK (valid_to >= valid_from),
    CHECK (caller_line <> payer_line)
);
CREATE INDEX collect_call_by_caller ON collect_call (caller_line, asked_at);
CREATE INDEX collect_call_by_payer ON collect_call (payer_line, asked_at);
CREATE INDEX collect_call_agreed ON collect_call (caller_line, valid_to)
    WHERE valid_from IS NOT NULL;

-- Which voucher of its batch it is, as it is printed.

ALTER TABLE voucher ADD COLUMN serial BIGINT NOT NULL DEFAULT 0;
