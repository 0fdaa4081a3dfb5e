-- Payments that are taken by themselves: what was wished, and each try with its payment.

CREATE TABLE auto_payment (
    account_id INTEGER PRIMARY KEY REFERENCES account (id),
    id INTEGER NOT NULL UNIQUE,
    line_id INTEGER NOT NULL REFERENCES line (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    means_id INTEGER NOT NULL REFERENCES payment_means (id),
    day INTEGER CHECK (day BETWEEN 1 AND 31),
    threshold INTEGER CHECK (threshold > 0),
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    ceiling INTEGER NOT NULL CHECK (ceiling >= amount),
    set_at INTEGER NOT NULL,
    refusals INTEGER NOT NULL DEFAULT 0 CHECK (refusals >= 0),
    paused_until INTEGER NOT NULL DEFAULT 0,
    CHECK ((day IS NULL) <> (threshold IS NULL))
) STRICT;
CREATE INDEX auto_payment_by_threshold ON auto_payment (paused_until) WHERE threshold IS NOT NULL;
CREATE INDEX auto_payment_by_means ON auto_payment (means_id);

-- `for_day` is the local day (ISO) that it is for, whenever it is tried.
CREATE TABLE auto_payment_try (
    payment_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    auto_payment_id INTEGER NOT NULL,
    for_day TEXT NOT NULL,
    n INTEGER NOT NULL CHECK (n > 0),
    month TEXT NOT NULL,
    taken INTEGER NOT NULL CHECK (taken > 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'paid', 'refused')),
    begun_at INTEGER NOT NULL,
    UNIQUE (account_id, for_day, n)
) STRICT;
CREATE UNIQUE INDEX auto_payment_once_a_day ON auto_payment_try (account_id, for_day)
    WHERE state <> 'refused';
CREATE INDEX auto_payment_try_by_month ON auto_payment_try (account_id, month);
