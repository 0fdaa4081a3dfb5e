"""USSD: the operator's menus on any telephone, down to the oldest."""

from abonent.channels.ussd.channel import Ussd, UssdReply
from abonent.channels.ussd.check import check_menu
from abonent.channels.ussd.opening import open_ussd

__all__ = ["Ussd", "UssdReply", "check_menu", "open_ussd"]
