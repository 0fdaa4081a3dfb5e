"""What leaves the house (the outbox) and what is remembered of it (the journal)."""
