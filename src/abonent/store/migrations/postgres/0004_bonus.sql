-- The turn of the month: what was agreed stands apart from the day that periods count from.

ALTER TABLE due ADD COLUMN amount_minor BIGINT NOT NULL DEFAULT 0;
UPDATE due SET amount_minor = CAST(anchor AS BIGINT), anchor = '' WHERE kind = 'tariff_change';

-- From when until when a fee was owed, and what the line had to do without meanwhile.
CREATE TABLE shortage (
    id BIGINT PRIMARY KEY,
    line_id BIGINT NOT NULL REFERENCES line (id),
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    rule TEXT NOT NULL CHECK (rule IN ('wait', 'partial', 'one_way')),
    since BIGINT NOT NULL,
    until BIGINT
);
CREATE UNIQUE INDEX shortage_open ON shortage (line_id, kind, ref) WHERE until IS NULL;
CREATE INDEX shortage_by_line ON shortage (line_id, since);

-- Bonuses: lots of a ledger currency have its code for a bucket.

UPDATE lot SET bucket = 'PTS' WHERE bucket = 'points';

CREATE TABLE discount (
    id BIGINT PRIMARY KEY,
    line_id BIGINT NOT NULL REFERENCES line (id),
    percent BIGINT NOT NULL CHECK (percent BETWEEN 1 AND 100),
    fees_left BIGINT NOT NULL CHECK (fees_left >= 0),
    source TEXT NOT NULL
);
CREATE INDEX discount_by_line ON discount (line_id, id) WHERE fees_left > 0;

-- What is sent to somebody's door. Name and address are in personal, under parcel_ID.
CREATE TABLE parcel (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    line_id BIGINT NOT NULL REFERENCES line (id),
    gift TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ordered', 'sent', 'delivered', 'returned')),
    ordered_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX parcel_by_line ON parcel (line_id, id);
CREATE INDEX parcel_open ON parcel (id) WHERE state IN ('ordered', 'sent');
