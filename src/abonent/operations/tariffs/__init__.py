"""The tariff of a line."""
