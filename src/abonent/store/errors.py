"""What can go wrong between us and the database that is nobody's bug."""


class Unavailable(Exception):
    """The database is down, locked, full or read-only. Nothing was done; asking again is safe."""


class StoreInUse(Exception):
    """Another process has this SQLite store open for writing."""
