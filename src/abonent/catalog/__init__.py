"""What a line has of the catalogue: its tariff over time, and its services."""
