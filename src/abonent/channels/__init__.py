"""Ways in: web, API, USSD; one total function over `Outcome` each."""
