"""Dialogues by digits: one engine for every channel where a person answers a menu."""
