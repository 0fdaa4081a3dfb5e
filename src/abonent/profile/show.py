"""A profile in words, for a terminal."""

from collections.abc import Iterator

from abonent.kernel.money import Money
from abonent.profile.model import (
    Catalog,
    Gift,
    Included,
    Operator,
    Package,
    Profile,
    Service,
    Tariff,
    Words,
)

_Priced = Tariff | Service | Package | Gift


def show(profile: Profile) -> str:
    """A readable summary: the operator, its rules, and what each catalogue has on sale."""
    lines = [*_operator(profile.operator)]
    for catalog in profile.catalogs:
        lines += ["", *_catalog(catalog, profile.operator)]
    return "\n".join(lines)


def _operator(operator: Operator) -> Iterator[str]:
    numbering, password, session = operator.numbering, operator.password, operator.session
    yield f"{_named(operator.brand.name, operator)} ({operator.id}), {operator.country}"
    yield f"  money      at most {_money(operator.limits.balance_max, operator)} on an account"
    yield f"  languages  {', '.join(operator.languages)}; {operator.time_zone}"
    yield (
        f"  numbers    +{numbering.country_code} and {numbering.national_length} digits, own "
        f"{', '.join(numbering.own_prefixes)}; free {', '.join(numbering.free)}; "
        f"emergency {', '.join(numbering.emergency)}"
    )
    needs = "".join(f", a {need}" for need in password.needs)
    yield f"  password   {password.min_length} to {password.max_length} characters{needs}"
    yield (
        f"  session    {session.idle_minutes} min idle, {session.longest_hours} h at most; "
        f"locked for {operator.locks.lock_minutes} min after "
        f"{operator.locks.max_wrong_passwords} wrong passwords"
    )
    yield f"  sections   {', '.join(operator.sections)}"
    fees = (f"{name} {_money(fee, operator)}" for name, fee in operator.fees.items())
    yield f"  fees       {', '.join(fees) or 'none'}"
    yield f"  notices    {', '.join(operator.notices) or 'none'}"


def _catalog(catalog: Catalog, operator: Operator) -> Iterator[str]:
    yield f"Catalogue from {catalog.valid_from}"
    shelves: tuple[tuple[str, tuple[_Priced, ...]], ...] = (
        ("tariffs", catalog.tariffs),
        ("services", catalog.services),
        ("packages", catalog.packages),
        ("gifts", catalog.gifts),
    )
    for title, items in shelves:
        yield f"  {title}"
        for item in items:
            name = _named(item.name, operator)
            given = ", ".join(_given(part, catalog) for part in item.included)
            yield f"    {item.id:20} {_price(item, operator):>20}  {name}  {given}".rstrip()


def _price(item: _Priced, operator: Operator) -> str:
    match item:
        case Tariff():
            closed = "" if item.open else "closed, "
            return f"{closed}{_money(item.monthly_fee, operator)}/month"
        case Service(period="none"):
            return _money(item.activation_price, operator)
        case Service():
            return f"{_money(item.fee, operator)}/{item.period}"
        case Package():
            return f"{_money(item.price, operator)}/{item.valid_days} days"
        case Gift():
            return f"{item.points} points"


def _given(part: Included, catalog: Catalog) -> str:
    bucket = catalog.bucket(part.bucket)
    amount = part.amount
    match bucket.unit if bucket else "":
        case "second":
            return f"{amount / 60:g} min {part.bucket}"
        case "byte":
            return f"{amount / 1024**3:.3g} GB {part.bucket}"
        case _:
            return f"{amount} {part.bucket}"


def _money(amount_minor: int, operator: Operator) -> str:
    return f"{Money(amount_minor, operator.currency).decimal()} {operator.currency}"


def _named(words: Words, operator: Operator) -> str:
    return words[operator.languages[0]]
