"""Money in and out of an account."""
