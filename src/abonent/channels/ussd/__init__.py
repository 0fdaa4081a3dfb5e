"""USSD: the operator's menus on any telephone, down to the oldest."""
