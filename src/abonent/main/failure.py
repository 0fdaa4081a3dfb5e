"""How a command says that it cannot do what was asked."""


class Failure(Exception):
    """One clear line for stderr; the command ends with status 1."""
