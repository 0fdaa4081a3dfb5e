"""The clock's loops: what is due, what must go out, what may be forgotten."""
