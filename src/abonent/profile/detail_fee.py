"""`[detail_fee]`: what a request for itemised detail costs, where that depends on when it comes."""

from typing import Annotated

from pydantic import Field

from abonent.profile.part import Minor, Part


class DetailFee(Part):
    """`[detail_fee]` of `operator.toml`; it goes before `order_detail` among the fees.

    Months are calendar months of the operator's zone. A line whose owner is new pays `new` for each
    request; later the first request of a month costs `first`, and each further one `further`.
    """

    new_months: Annotated[int, Field(ge=0, le=24)] = 1
    """How many months after that of registration the owner is new."""
    new: Minor
    first: Minor
    further: Minor
