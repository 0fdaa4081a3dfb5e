"""A small dialogue that has every kind of node, for tests of the engine and the checker."""

import tomllib

from abonent.channels.dialogue.tree import Tree, read_tree
from abonent.profile.model import Menu

SMALL = """
main = "main"
timeout_s = 180

[keys]
next = "0"
back = "*"
main = "#"
confirm = "1"

[dial]
"*100#" = "balance"
"*111#" = "main"

[node.main]
kind = "menu"
text = "t.main"
choices = [
  { key = "1", text = "t.balance", go = "balance" },
  { key = "2", text = "t.services", go = "services" },
  { key = "3", text = "t.forward", go = "kinds" },
  { key = "4", text = "t.withdraw", go = "withdraw", when = "tariff.pending" },
  { key = "5", text = "t.voucher", go = "voucher" },
]

[node.balance]
kind = "run"
view = "balance"

[node.services]
kind = "menu"
text = "t.choose"
list = "services.available"
answer = "service"
go = "activate"
empty = "nothing_left"

[node.activate]
kind = "run"
operation = "activate_service"
inputs = ["service"]

[node.nothing_left]
kind = "say"
text = "t.nothing_left"
then = "main"

[node.kinds]
kind = "menu"
text = "t.kinds"
list = "forwarding.kinds"
answer = "kind"
go = "number"
empty = "goodbye"

[node.number]
kind = "ask"
text = "t.number"
answer = "to"
go = "forward"

[node.forward]
kind = "run"
operation = "set_forwarding"
inputs = ["kind", "to"]

[node.withdraw]
kind = "run"
operation = "withdraw_tariff_change"

[node.voucher]
kind = "ask"
text = "t.code"
answer = "code"
secret = true
go = "top_up"

[node.top_up]
kind = "run"
operation = "top_up_by_voucher"
inputs = ["code"]

[node.goodbye]
kind = "say"
text = "t.goodbye"
"""


def document(text: str = SMALL) -> Menu:
    return Menu(name="ussd", source=text, tree=tomllib.loads(text))


def small_tree() -> Tree:
    return read_tree(document())
