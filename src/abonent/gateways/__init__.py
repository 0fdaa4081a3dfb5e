"""Real peers behind the ports of `operations/ports.py`."""
