"""Forwarding and blocking."""
