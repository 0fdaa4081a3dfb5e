"""What was used: rating it as it arrives, and importing it from files."""
