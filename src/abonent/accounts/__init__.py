"""Persons, contracts, lines and their numbers; sessions, secrets and attempts."""
