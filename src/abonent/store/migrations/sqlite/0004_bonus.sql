-- The turn of the month: what was agreed stands apart from the day that periods count from.

ALTER TABLE due ADD COLUMN amount_minor INTEGER NOT NULL DEFAULT 0;
UPDATE due SET amount_minor = CAST(anchor AS INTEGER), anchor = '' WHERE kind = 'tariff_change';

-- From when until when a fee was owed, and what the line had to do without meanwhile.
CREATE TABLE shortage (
    id INTEGER PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES line (id),
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    rule TEXT NOT NULL CHECK (rule IN ('wait', 'partial', 'one_way')),
    since INTEGER NOT NULL,
    until INTEGER
) STRICT;
CREATE UNIQUE INDEX shortage_open ON shortage (line_id, kind, ref) WHERE until IS NULL;
CREATE INDEX shortage_by_line ON shortage (line_id, since);

-- Bonuses: lots of a ledger currency have its code for a bucket.

UPDATE lot SET bucket = 'PTS' WHERE bucket = 'points';

CREATE TABLE discount (
    id INTEGER PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES line (id),
    percent INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    fees_left INTEGER NOT NULL CHECK (fees_left >= 0),
    source TEXT NOT NULL
) STRICT;
CREATE INDEX discount_by_line ON discount (line_id, id) WHERE fees_left > 0;

-- What is sent to somebody's door. Name and address are in personal, under parcel_ID.
CREATE TABLE parcel (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    line_id INTEGER NOT NULL REFERENCES line (id),
    gift TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ordered', 'sent', 'delivered', 'returned')),
    ordered_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX parcel_by_line ON parcel (line_id, id);
CREATE INDEX parcel_open ON parcel (id) WHERE state IN ('ordered', 'sent');
