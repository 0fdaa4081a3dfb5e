"""Money and points as double entry, buckets as lots, and what is due."""
