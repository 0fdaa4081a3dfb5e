"""How outcomes, codes, money, dates and names become sentences, in every language of a profile.

Texts are `texts/<language>/<area>.toml`; a profile may replace any of them by its own.
"""

from abonent.channels.wording.texts import TextsProblem
from abonent.channels.wording.wording import Wording, Wordings

__all__ = ["TextsProblem", "Wording", "Wordings"]
