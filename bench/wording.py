"""What one value, one sentence and one page cost in words: `python -m bench.wording`."""

import tempfile
import timeit
from collections.abc import Callable
from pathlib import Path

from abonent.channels.http.templating import Templates
from abonent.channels.wording import Wordings
from abonent.kernel.money import Money
from abonent.kernel.text import Amount, At, Item, Text
from abonent.kernel.time import SystemClock
from abonent.profile.load import find, load

ROUNDS = 20_000
PAGE = """
<h1>{{ t("page.home") }}</h1>
{% for amount in amounts %}<p>{{ t("page.payments") }} {{ amount | money }}</p>{% endfor %}
{% for left in buckets %}<p>{{ t("page.tariffs") }} {{ left | amount }}</p>{% endfor %}
{% for event in events %}<p>{{ event | text }}</p>{% endfor %}
<p>{{ now | at }} {{ now | day_at }}</p>
"""


def measured(name: str, what: Callable[[], object]) -> None:
    what()
    seconds = min(timeit.repeat(what, number=ROUNDS, repeat=3))
    print(f"{name:<40} {seconds / ROUNDS * 1e6:8.2f} µs")


def main(folder: Path) -> None:
    clock = SystemClock()
    wordings = Wordings(load(find("internet-assistant")), clock)
    uk, now = wordings.for_language("uk"), clock.now()
    amount, fee = Money(9_999_999, "UAH"), Text("entry.tariff_fee", {"tariff": Item("tariff", "x")})
    measured("money", lambda: uk.money(amount))
    measured("minutes", lambda: uk.amount(Amount(3_903, "second")))
    measured("gigabytes", lambda: uk.amount(Amount(10**10, "byte")))
    measured("plural", lambda: uk.t("unit.point", n=21))
    measured("date and time", lambda: uk.value(At(now)))
    measured("sentence with a name", lambda: uk.text(fee))
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    templates = Templates([folder], wordings)
    context = {
        "amounts": [amount, Money(150, "UAH"), Money(-1_250, "UAH")],
        "buckets": [Amount(19_200, "second"), Amount(10**10, "byte"), Amount(12, "sms")],
        "events": [fee] * 5,
        "now": now,
    }
    measured("a page of thirteen values", lambda: templates.render("page.html", "uk", context))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(Path(folder))
