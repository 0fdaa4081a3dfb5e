"""Who one is: registration, passwords, sessions."""
