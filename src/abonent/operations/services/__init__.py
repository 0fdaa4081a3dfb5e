"""Services and packages of a line."""
