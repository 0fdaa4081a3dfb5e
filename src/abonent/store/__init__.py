"""Plain SQL on two engines through one code path."""
