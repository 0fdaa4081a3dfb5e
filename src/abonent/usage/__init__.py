"""Calls, messages and data sessions: reading them from files, and what they cost."""
