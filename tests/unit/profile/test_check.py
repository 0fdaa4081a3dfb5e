"""Whatever is wrong with a profile is told at once, each with its file, line and key."""

import tomllib
from typing import NamedTuple

import pytest

from abonent.profile import colour
from abonent.profile.check import check
from tests.fixtures.profiles import CATALOG, OPERATOR, ProfileFolder


class Spoilt(NamedTuple):
    """A change of one file, and the problem that must be found there."""

    old: str
    new: str
    key: str
    says: str
    on: str
    """The line of the problem begins with this, once the file is spoilt."""


def spoilt(cases: str) -> list[Spoilt]:
    r"""Read pairs of lines, `old -> new` and `key | says | line`; `\n` is a newline.

    Where no line is given, it is the one that `new` begins.
    """
    lines = [line.strip().replace("\\n", "\n") for line in cases.strip().splitlines()]
    found = []
    for change, expected in zip(lines[::2], lines[1::2], strict=True):
        old, new = change.split(" -> ")
        key, says, *on = expected.split(" | ")
        key = "" if key == "(file)" else key
        found.append(Spoilt(old, new, key, says, on[0] if on else new.split("\n")[0]))
    return found


OPERATOR_CASES = spoilt(r"""
currency = "EUR" -> currency = = "EUR"
    (file) | not valid TOML
hue = 200 -> colour = 1\nhue = 200
    brand.colour | no such key
hue = 200 -> hue = "200"
    brand.hue | whole number
hue = 200 -> hue = 360
    brand.hue | less than 360
hue = 200 -> hues = 200
    brand.hue | is missing | [brand]
national_length = 9 -> national_length = 9.0
    numbering.national_length | whole number
accept_trunk_prefix = true -> accept_trunk_prefix = "yes"
    numbering.accept_trunk_prefix | true or false
own_prefixes = ["82"] -> own_prefixes = ["8x"]
    numbering.own_prefixes[0] | match
own_prefixes = ["82"] -> own_prefixes = ["82", "82"]
    numbering.own_prefixes[1] | there already
free = ["1800"] -> free = ["112"]
    numbering.free[0] | there already
min_length = 8 -> min_length = 5
    password.min_length | at least 6
max_length = 64 -> max_length = 129
    password.max_length | at most 128
min_length = 8 -> min_length = 65
    password.min_length | at most 64
min_length = 8\nmax_length = 64 -> min_length = 9\nmax_length = 8
    password.max_length | 9 | max_
max_wrong_passwords = 5 -> max_wrong_passwords = 101
    locks.max_wrong_passwords | at most 100
[session] -> [codes]\ndigits = 4\n[session]
    codes.digits | at least 6 | digits
[session] -> [codes]\nvalid_minutes = 11\n[session]
    codes.valid_minutes | at most 10 | valid
[session] -> [codes]\nmax_tries = 6\n[session]
    codes.max_tries | at most 5 | max_tries = 6
idle_minutes = 10 -> idle_minutes = "10"
    session.idle_minutes | whole number
idle_minutes = 10\nwarn_seconds = 60 -> idle_minutes = 2\nwarn_seconds = 120
    session.warn_seconds | 2 minutes | warn
balance_max = "1000.00" -> balance_max = 1000.00
    limits.balance_max | decimal string
balance_max = "1000.00" -> balance_max = "1000.001"
    limits.balance_max | more digits
order_detail = "0.50" -> order_detail = "-1"
    fees.order_detail | not an amount
order_detail = "0.50" -> order_details = "0.50"
    fees.order_details | mean 'order_detail'
"Europe/Dublin" -> "Europe/Dublinn"
    time_zone | IANA | time_zone
currency = "EUR" -> currency = "BTC"
    currency | UAH
languages = ["en"] -> languages = ["en", "xx"]
    languages[1] | CLDR
languages = ["en"] -> languages = []
    languages | at least 1
name = { en = "My operator" } -> name = { en = " " }
    brand.name.en | must not be empty
name = { en = "My operator" } -> name = {}
    brand.name | no text in en
name = { en = "My operator" } -> name = { en = "A", fr = "B" }
    brand.name | fr is no language
"services", "profile", "help" -> "servises", "profile"
    sections[3] | mean 'services' | sections
"topup", "profile"] -> "topup", "home"]
    tabs[4] | there already | tabs
"topup", "profile"] -> "topup"]
    tabs | at least 5 | tabs
"set_forwarding"] -> "set_forwardin"]
    notices[2] | mean 'set_forwarding' | notices
optional_notices = ["login"] -> optional_notices = ["register"]
    optional_notices[0] | not among
[[contacts]] -> [[proof]]\noperation = "fly"\nby = "sms"\n[[contacts]]
    proof[0].operation | 'fly' | operation
[[contacts]] -> [[proof]]\noperation = "set_password"\nby = "sms"\n[[contacts]]
    proof[0].operation | 'set_password' | operation
number = "1800" -> number = "call us"
    contacts[0].number | match
""")

CATALOG_CASES = spoilt(r"""
valid_from = 2026-01-01 -> valid_from = 2026-01-02
    valid_from | name says 2026-01-01
valid_from = 2026-01-01 -> valid_from = "soon"
    valid_from | a date
id = "minutes" -> id = "Minutes!"
    buckets[0].id | match
zones = ["onnet", "national"] -> zones = ["onnet", "internet"]
    buckets[0].zones[1] | 'internet'
zones = ["onnet", "national"] -> zones = ["mars"]
    buckets[0].zones[0] | onnet
unit = "second" -> unit = "byte"
    buckets[0].zones[0] | counted in bytes | zones
monthly_fee = "10.00" -> monthly_fee = "10.00"\nopen = false
    tariffs | nobody could join | [[tariffs
included = [{ bucket = "minutes" -> included = [{ bucket = "hours"
    tariffs[0].included[0].bucket | no 'hours'
amount = 6_000 -> amount = 0
    tariffs[0].included[0].amount | more than 0 | included
zone = "emergency", price = "0.00", per = 60 -> zone = "emergency", price = "0.01", per = 60
    tariffs[0].rates[3].price | must be 0.00 | {
zone = "free", price = "0.00", per = 1 -> zone = "free", price = "0.00", setup = "1", per = 1
    tariffs[0].rates[9].setup | must be 0.00 | {
kind = "sms", zone = "national" -> kind = "sms", zone = "onnet"
    tariffs[0].rates[6] | there already, on line | {
kind = "sms", zone = "national" -> kind = "sms", zone = "onnet"
    tariffs[0].rates | no rate for sms national | rates
kind = "data", zone = "internet" -> kind = "data", zone = "onnet"
    tariffs[0].rates[10].zone | no such usage as data onnet | {
kind = "data", zone = "internet" -> kind = "data", zone = "space"
    tariffs[0].rates[10].zone | national | {
services = ["forwarding"] -> services = ["forwarding", "gone"]
    tariffs[0].services[1] | no 'gone'
services = ["forwarding"] -> services = ["forwarding", "forwarding"]
    tariffs[0].services[1] | there already
services = ["forwarding"] -> services = ["forwarding"]\nfees.fly = "1.00"
    tariffs[0].fees.fly | 'fly' | fees
group = "calls" -> group = "call"
    services[0].group | no 'call'
group = "calls" -> group = "calls"\nexcludes = ["gone"]
    services[0].excludes[0] | no 'gone' | excl
group = "calls" -> group = "calls"\nexcludes = ["forwarding"]
    services[0].excludes[0] | itself | excl
group = "calls" -> group = "calls"\nfee = "1.00"
    services[0].fee | needs a period | fee
group = "calls" -> group = "calls"\nincluded = [{ bucket = "minutes", amount = 1 }]
    services[0].included | needs a period | incl
description = { en = "A hundred minutes a month." } -> description = {}
    tariffs[0].description | no text in en
packages = [] -> packages = 1
    packages | an array
packages = [] -> packages = [{ id = "forwarding" }]
    packages[0].price | is missing
gifts = [] -> gifts = [{ id = "g", name = { en = "G" }, description = { en = "G" }, points = 1 }]
    gifts[0] | included, or money
gifts = [] -> gifts = [{ included = [{ bucket = "gone", amount = 1 }] }]
    gifts[0].included[0].bucket | no 'gone'
points_valid_days = 365 -> points_valid_days = 0
    loyalty.points_valid_days | more than 0
""")


@pytest.mark.parametrize("case", OPERATOR_CASES, ids=lambda case: f"{case.key} {case.says}")
def test_a_wrong_operator_file_is_told_at_its_line(folder: ProfileFolder, case: Spoilt) -> None:
    assert_found(folder, OPERATOR, case)


@pytest.mark.parametrize("case", CATALOG_CASES, ids=lambda case: f"{case.key} {case.says}")
def test_a_wrong_catalogue_is_told_at_its_line(folder: ProfileFolder, case: Spoilt) -> None:
    assert_found(folder, CATALOG, case)


def assert_found(folder: ProfileFolder, file: str, case: Spoilt) -> None:
    changed = folder.change(file, case.old, case.new)
    found = {(p.key, p.line): p.message for p in check(folder.path) if p.file == file}
    lines = folder.read(file).splitlines()
    matching = [
        message
        for (key, line), message in found.items()
        if key == case.key and case.says in message and case.on in lines[line - 1]
    ]
    assert len(matching) == 1, (changed, found)


def told(folder: ProfileFolder) -> list[str]:
    return [str(problem) for problem in check(folder.path)]


def test_a_new_profile_has_no_problem(folder: ProfileFolder) -> None:
    assert check(folder.path) == []


def test_all_problems_are_told_at_once_in_the_order_of_files_and_lines(
    folder: ProfileFolder,
) -> None:
    zone = folder.change(OPERATOR, '"Europe/Dublin"', '"Nowhere"')
    hue = folder.change(OPERATOR, "hue = 200", "hue = 999")
    bucket = folder.change(CATALOG, 'bucket = "minutes"', 'bucket = "hours"')
    price = folder.change(CATALOG, 'price = "0.90"', "price = 0.90")
    folder.remove("help/en/topup.md")
    folder.write("texts/en.toml", "a = \n")
    assert [(p.file, p.line, p.key) for p in check(folder.path)] == [
        (CATALOG, bucket, "tariffs[0].included[0].bucket"),
        (CATALOG, price, "tariffs[0].rates[2].price"),
        ("help/en/topup.md", 1, ""),
        (OPERATOR, zone, "time_zone"),
        (OPERATOR, hue, "brand.hue"),
        ("texts/en.toml", 1, ""),
    ]


def test_a_missing_language_is_told_for_every_word_and_page(folder: ProfileFolder) -> None:
    folder.change(OPERATOR, 'languages = ["en"]', 'languages = ["en", "uk"]')
    problems = check(folder.path)
    words = [p.key for p in problems if "no text in uk" in p.message]
    pages = [p.file for p in problems if "help is missing" in p.message]
    assert words == [
        "buckets[0].name",
        "tariffs[0].name",
        "tariffs[0].description",
        "groups[0].name",
        "services[0].name",
        "services[0].description",
        "brand.name",
        "contacts[0].label",
        "contacts[0].price",
        "contacts[0].hours",
    ]
    assert len(pages) == 11
    assert all(page.startswith("help/uk/") for page in pages)


def test_news_for_a_tariff_that_no_catalogue_has_is_told(folder: ProfileFolder) -> None:
    words = 'title = { en = "T" }\ntext = { en = "T" }\n'
    news = f'\n[[news]]\nid = "a"\ndate = 2026-01-01\ntariff = "gone"\n{words}'
    folder.write(OPERATOR, folder.read(OPERATOR) + news)
    assert [(p.key, p.message) for p in check(folder.path)] == [
        ("news[0].tariff", "no catalogue has a tariff 'gone'")
    ]


def test_news_that_end_before_they_begin_are_told(folder: ProfileFolder) -> None:
    words = 'title = { en = "T" }\ntext = { en = "T" }\n'
    news = f'\n[[news]]\nid = "a"\ndate = 2026-01-02\nuntil = 2026-01-01\n{words}'
    folder.write(OPERATOR, folder.read(OPERATOR) + news)
    assert [(p.key, p.message) for p in check(folder.path)] == [
        ("news[0].until", "is before the news begin, 2026-01-02")
    ]


def test_an_id_that_two_things_share_is_told(folder: ProfileFolder) -> None:
    text = folder.read(CATALOG)
    again = '\n[[services]]\nid = "forwarding"\nname = { en = "A" }\ndescription = { en = "B" }\n'
    folder.write(CATALOG, text + again + 'group = "calls"\n')
    assert [p.key for p in check(folder.path)] == ["services[1].id"]


def test_a_profile_without_a_catalogue_is_told(folder: ProfileFolder) -> None:
    folder.remove(CATALOG)
    assert told(folder) == [
        "catalog:1: there is no catalogue: write catalog/YYYY-MM-DD.toml",
    ]


def test_a_profile_without_its_operator_is_told(folder: ProfileFolder) -> None:
    folder.remove(OPERATOR)
    assert told(folder) == [f"{OPERATOR}:1: the file cannot be read: No such file or directory"]


def test_a_catalogue_is_named_by_its_date(folder: ProfileFolder) -> None:
    folder.write("catalog/summer.toml", folder.read(CATALOG))
    assert told(folder) == [
        "catalog/summer.toml:1: the name of a catalogue is its date: YYYY-MM-DD.toml",
        "catalog/summer.toml:4: valid_from: is 2026-01-01, but the file’s name says summer",
    ]


def test_a_later_catalogue_leaves_nothing_out_that_lines_may_have(folder: ProfileFolder) -> None:
    later = folder.read(CATALOG).replace("2026-01-01", "2026-02-01")
    later = later.replace('id = "basic"', 'id = "plain"').replace('"forwarding"', '"diverting"')
    later = later.replace('unit = "second"', 'unit = "sms"')
    folder.write("catalog/2026-02-01.toml", later)
    assert [(p.key, p.message) for p in check(folder.path)] == [
        ("buckets[0].unit", f"was second in {CATALOG}; lots cannot change"),
        ("tariffs", f"'basic' of {CATALOG} is left out, but lines may still have it"),
        ("services", f"'forwarding' of {CATALOG} is left out, but lines may still have it"),
    ]


def test_texts_are_the_same_in_every_language(folder: ProfileFolder) -> None:
    folder.write("texts/en.toml", '[sms]\nlogin = "x"\n')
    folder.write("texts/uk.toml", "[sms]\n")
    assert told(folder) == ["texts/uk.toml:1: uk is no language of this profile"]


def test_a_text_that_one_language_lacks_is_told(folder: ProfileFolder) -> None:
    pages = {path.name: path.read_text() for path in (folder.path / "help/en").iterdir()}
    for name, text in pages.items():
        folder.write(f"help/uk/{name}", text)
    for file in (OPERATOR, CATALOG):
        text = folder.read(file).replace('languages = ["en"]', 'languages = ["en", "uk"]')
        folder.write(file, text.replace("{ en =", '{ uk = "Слово", en ='))
    assert told(folder) == []
    folder.write("texts/en.toml", '[unit.day]\none = "{n} day"\nother = "{n} days"\n')
    assert told(folder) == ["texts/uk.toml:1: unit.day: there is no text in uk"]


def test_help_of_an_unknown_page_or_language_or_without_title_is_told(
    folder: ProfileFolder,
) -> None:
    folder.write("help/en/hom.md", "# Home\n")
    folder.write("help/en/home.md", "Home\n")
    folder.write("help/fr/home.md", "# Accueil\n")
    folder.write("help/en/home.txt", "Home\n")
    assert told(folder) == [
        "help/en/hom.md:1: there is no page 'hom'; did you mean 'home'?",
        "help/en/home.md:1: begin with the title: a line such as “# Top up”",
        "help/en/home.txt:1: only .md files belong here",
        "help/fr:1: fr is no language of this profile",
    ]


def test_files_that_no_profile_has_are_told(folder: ProfileFolder) -> None:
    folder.write("operators.toml", "")
    folder.write("menus/ussd.json", "{}")
    folder.write("README.md", "Ours.")
    folder.write(".gitignore", "")
    assert told(folder) == [
        "menus/ussd.json:1: only .toml files belong here",
        "operators.toml:1: profiles have no such file",
    ]


SVG = '<svg xmlns="http://www.w3.org/2000/svg">'


@pytest.mark.parametrize(
    ("svg", "says"),
    [
        (f"{SVG}<script/></svg>", "script: the mark may draw shapes only"),
        (f'{SVG}<path onclick="x"/></svg>', "onclick: the mark may not act"),
        (f'{SVG}<path style="x"/></svg>', "style: the mark may not act"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "DOCTYPE"),
        ("<svg/>", "the root is not <svg>"),
        (f"{SVG}\n<path></svg>", "brand/mark.svg:2: not well-formed XML"),
    ],
)
def test_a_mark_that_does_more_than_draw_is_told(
    folder: ProfileFolder, svg: str, says: str
) -> None:
    folder.write("brand/mark.svg", svg)
    [problem] = told(folder)
    assert says in problem


def test_files_that_are_no_text_are_told(folder: ProfileFolder) -> None:
    for file in ("brand/mark.svg", "help/en/home.md", OPERATOR):
        (folder.path / file).write_bytes(b"# \xff\n")
    files = {p.file for p in check(folder.path) if p.message == "the file is not UTF-8 text"}
    assert files == {"brand/mark.svg", "help/en/home.md", OPERATOR}


def test_a_hue_without_a_readable_shade_is_told(
    folder: ProfileFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(colour, "DARK_SURFACES", ("#000000", "#ffffff"))
    assert [p.key for p in check(folder.path)] == ["brand.hue"]


@pytest.mark.parametrize("value", ["5", '"x"', "[[1]]", "[{ id = [1], rates = [{}] }]"])
@pytest.mark.parametrize("file", [OPERATOR, CATALOG])
def test_no_shape_of_a_value_is_too_odd_to_be_told(
    folder: ProfileFolder, file: str, value: str
) -> None:
    keys = [*tomllib.loads(folder.read(file))]
    for key in keys:
        spoilt_file = "\n".join(f"{other} = {value}" for other in keys if other != key)
        folder.write(file, spoilt_file)
        assert check(folder.path)
