"""The spine: what can be asked of the system, who may ask it, and how it is done."""
