"""Everything that moves money, in any order, with repeated requests, restarts and a moving clock.

What must hold is said twice: by the program's own invariants, and by counting here what people were
told. A receipt is one entry of its kind, and there are no entries beside those that were told of.

The rules lie in rooms: what people ask for (`money_requests`), calls (`money_calls`), payments by
card (`money_payments`), and what happens by itself (`money_by_itself`).
"""

from tests.properties.money_by_itself import ByItself
from tests.properties.money_requests import Requests


class MoneyMachine(Requests, ByItself):
    """All the rules on one operator."""
