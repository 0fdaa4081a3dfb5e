"""Points and gifts."""
