"""Demopay: a provider of payments that takes no real money, with a site of its own."""
