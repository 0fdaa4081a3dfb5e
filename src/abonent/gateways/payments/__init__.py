"""Providers of payments behind `PaymentGateway`, and the route that takes their webhooks."""
