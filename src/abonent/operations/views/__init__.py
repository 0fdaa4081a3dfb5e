"""What a person can see, worked out once for every channel: `(tx, case, …) -> frozen view`."""
