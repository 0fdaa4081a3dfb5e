"""Who the operator is in law, and how its tax invoices are numbered and taxed."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from abonent.profile.part import Line, Minor, Part, Words


class Registration(Part):
    """A number under which the operator is registered, such as that of a taxpayer."""

    label: Words
    value: Line


class Legal(Part):
    """The operator as it stands on receipts, statements and tax invoices."""

    name: Words
    address: Words
    registrations: tuple[Registration, ...] = ()


def _first_of_month(day: date) -> date:
    if day.day != 1:
        raise ValueError("must be the first of a month")
    return day


class Invoices(Part):
    """Tax invoices, one a month for what was charged for services (docs/adr/018)."""

    numbering: Literal["month", "year"]
    """When numbers begin again at 1."""
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{0,8}$")] = ""
    """What every number begins with."""
    vat_rate: Annotated[Minor, Field(lt=100_00)]
    """Hundredths of a per cent, written as per cent: "20". Prices include the tax."""
    since: Annotated[date, AfterValidator(_first_of_month)]
    """The first month that invoices are made for."""
