-- Disputes name a payment by its provider's reference alone.
CREATE INDEX payment_event_by_reference ON payment_event (gateway, reference)
    WHERE reference <> '';
