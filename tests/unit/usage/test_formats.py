"""The three formats: samples that others wrote, and what is wrong with files in real life."""

import io
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from abonent.kernel.time import Instant, instant
from abonent.usage.formats import READERS
from abonent.usage.formats.rows import Parsed, Reading, Rejected
from abonent.usage.model import Record
from abonent.usage.textfile import open_text
from tests.fixtures.system import ROOT
from tests.fixtures.usage import KYIV, NOON

SAMPLES = ROOT / "tests" / "samples" / "cdr"
READING = Reading(KYIV, NOON)
BANDICOOT = "interaction,direction,correspondent_id,datetime,call_duration,antenna_id\n"
OURS = "id,number,kind,direction,peer,at,amount\n"


def utc(*parts: int) -> Instant:
    return instant(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type, misc]


def sample(name: str, format: str) -> list[Parsed | Rejected]:
    with open_text(SAMPLES / name) as stream:
        return list(READERS[format](stream, READING))


def read(format: str, text: str, reading: Reading = READING) -> list[Parsed | Rejected]:
    return list(READERS[format](io.StringIO(text), reading))


def one(format: str, row: str) -> Parsed | Rejected:
    """What becomes of one row, below the format's header if it has one."""
    header = {"bandicoot": BANDICOOT, "csv": OURS}.get(format, "")
    (result,) = read(format, f"{header}{row}\n")
    return result


def record(format: str, row: str) -> Parsed:
    result = one(format, row)
    assert isinstance(result, Parsed), result
    return result


def reason(format: str, row: str) -> str:
    result = one(format, row)
    assert isinstance(result, Rejected), result
    return result.reason


# what others wrote ------------------------------------------------------------------------------


def test_the_sample_of_bandicoot_is_read_whole() -> None:
    rows = sample("bandicoot-ego.csv", "bandicoot")
    records = [row.record for row in rows if isinstance(row, Parsed) and not row.repaired]
    assert len(rows) == len(records) == 314
    assert Counter((record.kind, record.direction) for record in records) == {
        ("call", "in"): 44,
        ("call", "out"): 31,
        ("sms", "in"): 166,
        ("sms", "out"): 73,
    }


def test_the_first_line_of_bandicoot_is_a_text_at_its_local_time() -> None:
    assert sample("bandicoot-ego.csv", "bandicoot")[0] == Parsed(
        2, Record(utc(2014, 3, 2, 5, 13, 30), "sms", "in", "A", 1)
    )


def test_a_call_of_bandicoot_keeps_its_seconds() -> None:
    call = sample("bandicoot-ego.csv", "bandicoot")[12]
    assert call == Parsed(14, Record(utc(2014, 3, 3, 7, 14, 15), "call", "in", "G", 374))


def test_the_samples_of_orange_are_read_whole() -> None:
    first, second = sample("orange-A.csv", "orange"), sample("orange-B.csv", "orange")
    assert [row.line for row in first] == [1, 2, 3, 4, 5, 6, 7]
    assert [row.line for row in second] == [1, 2, 3, 4, 5, 6, 7]
    assert all(isinstance(row, Parsed) and not row.repaired for row in first + second)
    assert first[1] == Parsed(
        2,
        Record(utc(2014, 8, 21, 17, 31, 42), "call", "out", "B_orange", 542),
        number="A_orange",
    )


# contradictions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "service", "direction"), [("1", "21", "out"), ("2", "22", "in")])
def test_the_record_type_is_believed_against_the_service(
    kind: str, service: str, direction: str
) -> None:
    row = record("orange", f"{kind};{service};A;B;2014-08-21 20:31:42;;1;2")
    assert (row.record.kind, row.record.direction, row.repaired) == ("sms", direction, True)


def test_an_emergency_call_is_one_whatever_the_number() -> None:
    row = record("orange", "1;12;A;;2014-08-21 20:31:42;60;1;2")
    assert row.record == Record(utc(2014, 8, 21, 17, 31, 42), "call", "out", "", 60, emergency=True)
    assert not row.repaired


def test_an_incoming_emergency_call_is_kept_and_counted() -> None:
    row = record("orange", "2;12;A;B;2014-08-21 20:31:42;60;1;2")
    assert (row.record.direction, row.record.emergency, row.repaired) == ("in", True, True)


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("bandicoot", "text,out,A,2014-03-02 07:13:30,35,1"),
        ("orange", "1;22;A;B;2014-08-21 20:31:42;35;1;2"),
    ],
)
def test_a_message_with_a_duration_is_one_message(format: str, text: str) -> None:
    row = record(format, text)
    assert (row.record.kind, row.record.amount, row.repaired) == ("sms", 1, True)


def test_seconds_written_with_a_decimal_zero_are_whole_after_a_repair() -> None:
    row = record("bandicoot", "call,out,A,2014-03-02 07:13:30,374.0,1")
    assert (row.record.amount, row.repaired) == (374, True)


@pytest.mark.parametrize(("direction", "repaired"), [("out", False), ("", False), ("in", True)])
def test_data_goes_out_whatever_is_written(direction: str, repaired: bool) -> None:
    row = record("csv", f",,data,{direction},,2026-03-01 10:00:00,1024")
    assert (row.record.direction, row.repaired) == ("out", repaired)


def test_an_access_point_is_no_other_party() -> None:
    row = record("csv", ",,data,out,internet,2026-03-01 10:00:00,1024")
    assert (row.record.peer, row.repaired) == ("", True)


# time -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-03-01 10:00:00", utc(2026, 3, 1, 8)),
        ("2026-03-01T10:00:00", utc(2026, 3, 1, 8)),
        ("2026-03-01T10:00:00Z", utc(2026, 3, 1, 10)),
        ("2026-03-01t10:00:00z", utc(2026, 3, 1, 10)),
        ("2026-03-01T10:00:00+05:30", utc(2026, 3, 1, 4, 30)),
        ("2026-03-01 10:00:00.25", Instant(utc(2026, 3, 1, 8) + 250_000)),
        ("2026-03-01T10:00:00.123456789Z", Instant(utc(2026, 3, 1, 10) + 123_456)),
        ("2024-02-29 00:00:00", utc(2024, 2, 28, 22)),
    ],
)
def test_times_are_local_unless_they_say_their_offset(written: str, at: Instant) -> None:
    row = record("csv", f",,sms,out,1,{written},1")
    assert (row.record.at, row.repaired) == (at, False)


def test_a_time_that_the_clocks_skipped_is_read_with_the_offset_before() -> None:
    row = record("csv", ",,sms,out,1,2025-03-30 03:30:00,1")
    assert (row.record.at, row.repaired) == (utc(2025, 3, 30, 1, 30), True)


def test_of_a_time_that_the_clocks_showed_twice_the_first_is_meant() -> None:
    row = record("csv", ",,sms,out,1,2025-10-26 03:30:00,1")
    assert (row.record.at, row.repaired) == (utc(2025, 10, 26, 0, 30), True)


def test_an_offset_leaves_no_doubt() -> None:
    row = record("csv", ",,sms,out,1,2025-10-26T03:30:00+02:00,1")
    assert (row.record.at, row.repaired) == (utc(2025, 10, 26, 1, 30), False)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "time_missing"),
        ("2026-02-30 10:00:00", "time_invalid"),
        ("2026-02-29 10:00:00", "time_invalid"),
        ("2026-03-01 24:00:00", "time_invalid"),
        ("2026-03-01 10:00:60", "time_invalid"),
        ("2026-03-01 10:00", "time_invalid"),
        ("2026-3-1 10:00:00", "time_invalid"),
        ("01.03.2026 10:00:00", "time_invalid"),
        ("1772359200", "time_invalid"),
        ("2026-03-01T10:00:00+25:00", "time_invalid"),
        ("٢٠٢٦-03-01 10:00:00", "time_invalid"),
        ("0000-00-00 00:00:00", "time_invalid"),
        ("1970-01-01 00:00:00", "time_too_old"),
        ("0001-01-01T00:00:00+14:00", "time_too_old"),
        ("9999-12-31T23:59:59-14:00", "time_in_future"),
        ("2026-03-11 12:00:00", "time_in_future"),
    ],
)
def test_a_time_that_cannot_be_meant_is_rejected(written: str, why: str) -> None:
    assert reason("csv", f",,sms,out,1,{written},1") == why


def test_clocks_of_networks_may_be_some_minutes_ahead() -> None:
    soon = datetime(2026, 3, 10, 10, tzinfo=UTC) + timedelta(minutes=5)
    later = soon + timedelta(seconds=1)
    assert isinstance(one("csv", f",,sms,out,1,{soon:%Y-%m-%dT%H:%M:%SZ},1"), Parsed)
    assert reason("csv", f",,sms,out,1,{later:%Y-%m-%dT%H:%M:%SZ},1") == "time_in_future"


# amounts and parties ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "amount_missing"),
        ("-5", "amount_negative"),
        ("-0.0", "amount_negative"),
        ("5.5", "amount_invalid"),
        ("1e3", "amount_invalid"),
        ("1e308", "amount_invalid"),
        ("NaN", "amount_invalid"),
        ("٥", "amount_invalid"),
        ("+5", "amount_invalid"),
        ("0x10", "amount_invalid"),
        ("86401", "amount_too_large"),
        ("9" * 3000, "amount_too_large"),
    ],
)
@pytest.mark.parametrize("format", ["bandicoot", "csv"])
def test_an_amount_that_cannot_be_meant_is_rejected(format: str, written: str, why: str) -> None:
    row = {
        "bandicoot": f"call,out,A,2014-03-02 07:13:30,{written},1",
        "csv": f",,call,out,1,2014-03-02 07:13:30,{written}",
    }[format]
    assert reason(format, row) == why


@pytest.mark.parametrize(("kind", "most"), [("call", 86_400), ("sms", 255), ("data", 2**40)])
def test_the_largest_believable_amount_is_believed(kind: str, most: int) -> None:
    peer = "" if kind == "data" else "1"
    assert isinstance(one("csv", f",,{kind},out,{peer},2014-03-02 07:13:30,{most}"), Parsed)
    assert reason("csv", f",,{kind},out,{peer},2014-03-02 07:13:30,{most + 1}") == (
        "amount_too_large"
    )


def test_a_call_that_was_not_answered_is_a_record() -> None:
    assert record("orange", "1;11;A;B;2014-08-21 20:31:42;0;1;2").record.amount == 0


def test_a_message_has_at_least_one_part() -> None:
    assert reason("csv", ",,sms,out,1,2014-03-02 07:13:30,0") == "amount_zero"


def test_a_caller_may_hide_but_who_was_called_is_known() -> None:
    assert record("csv", ",,call,in,,2014-03-02 07:13:30,5").record.peer == ""
    assert reason("csv", ",,call,out,,2014-03-02 07:13:30,5") == "peer_missing"
    assert reason("bandicoot", "text,out,,2014-03-02 07:13:30,,1") == "peer_missing"
    assert reason("orange", "1;22;A;;2014-08-21 20:31:42;;1;2") == "peer_missing"


@pytest.mark.parametrize("peer", ["1" * 41, "1\u202e2", "1\x1b[2J"])
def test_another_party_that_cannot_be_shown_is_rejected(peer: str) -> None:
    assert reason("csv", f",,call,out,{peer},2014-03-02 07:13:30,5") == "peer_invalid"


@pytest.mark.parametrize(
    ("format", "row", "why"),
    [
        ("bandicoot", "fax,out,A,2014-03-02 07:13:30,5,1", "kind_unknown"),
        ("bandicoot", "call,up,A,2014-03-02 07:13:30,5,1", "direction_unknown"),
        ("orange", "3;11;A;B;2014-08-21 20:31:42;5;1;2", "direction_unknown"),
        ("orange", "1;99;A;B;2014-08-21 20:31:42;5;1;2", "kind_unknown"),
        ("orange", "2.3;48.8;5;2014-08-21 20:31:42;B;A;11;1", "direction_unknown"),
        ("csv", ",,mms,out,1,2014-03-02 07:13:30,1", "kind_unknown"),
        ("csv", ",,call,,1,2014-03-02 07:13:30,1", "direction_unknown"),
        ("csv", f"{'i' * 101},,call,out,1,2014-03-02 07:13:30,1", "id_invalid"),
    ],
)
def test_an_unknown_kind_or_direction_is_rejected(format: str, row: str, why: str) -> None:
    assert reason(format, row) == why


# rows and files ---------------------------------------------------------------------------------


def test_our_own_format_gives_id_and_number() -> None:
    row = record("csv", 'r-1,+380671234567,call,out,"0501234567",2014-03-02 07:13:30,5')
    assert (row.id, row.number, row.record.peer) == ("r-1", "+380671234567", "0501234567")


def test_columns_may_stand_in_any_order_and_others_are_passed_over() -> None:
    text = "Amount,at,cell,peer,direction,kind,number,ID\n5,2014-03-02 07:13:30,x,1,out,call,2,r\n"
    (row,) = read("csv", text)
    assert row == Parsed(
        2, Record(utc(2014, 3, 2, 5, 13, 30), "call", "out", "1", 5), number="2", id="r"
    )


@pytest.mark.parametrize(
    "header", ["", "a,b,c\n", OURS.replace("amount", "id"), "\0\n", "x" * 9000 + "\n", BANDICOOT]
)
def test_a_file_without_the_right_header_is_not_read_at_all(header: str) -> None:
    rows = read("csv", f"{header},,call,out,1,2014-03-02 07:13:30,5\n")
    assert rows == [Rejected(1, "header_unknown")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("call,out,A,2014-03-02 07:13:30", "fields_missing"),
        ("call,out,A,2014-03-02 07:13:30,5,1,2", "fields_extra"),
        ('call,out,"A,2014-03-02 07:13:30,5,1', "row_unreadable"),
        ('call,out,"A"B,2014-03-02 07:13:30,5,1', "row_unreadable"),
        ("call,out,A\0,2014-03-02 07:13:30,5,1", "nul_byte"),
        ("call,out,A\udcff,2014-03-02 07:13:30,5,1", "not_utf8"),
        ("call,out,é\0,2014-03-02 07:13:30,5,1", "nul_byte"),
        ("x" * 100_000, "line_too_long"),
    ],
)
def test_a_broken_row_is_rejected_and_the_next_one_is_read(row: str, why: str) -> None:
    good = "call,out,A,2014-03-02 07:13:30,5,1\n"
    first, second = read("bandicoot", f"{BANDICOOT}{row}\n{good}")
    assert first == Rejected(2, why)
    assert isinstance(second, Parsed)
    assert second.line == 3


def test_empty_lines_are_nothing() -> None:
    rows = read("orange", "\n  \n1;11;A;B;2014-08-21 20:31:42;5;1;2\n\n")
    assert [row.line for row in rows] == [3]


def test_lines_may_end_as_on_windows() -> None:
    stream = io.TextIOWrapper(
        io.BytesIO(f"{OURS}r,,call,out,1,2014-03-02 07:13:30,5\n".replace("\n", "\r\n").encode()),
        encoding="utf-8",
    )
    (row,) = READERS["csv"](stream, READING)
    assert isinstance(row, Parsed)
    assert row.record.amount == 5


def test_a_last_row_that_was_cut_off_is_rejected_where_its_amount_may_be_short() -> None:
    rows = read("csv", f"{OURS}r,,call,out,1,2014-03-02 07:13:30,66")
    assert rows == [Rejected(2, "row_cut_off")]


def test_a_last_row_without_its_end_is_read_where_the_amount_is_whole() -> None:
    (row,) = read("bandicoot", f"{BANDICOOT}call,out,A,2014-03-02 07:13:30,6682,")
    assert isinstance(row, Parsed)
    assert row.record.amount == 6682
    cut = read("bandicoot", f"{BANDICOOT}call,out,A,2014-03-02 07:13:30,66")
    assert cut == [Rejected(2, "fields_missing")]


def test_lines_that_were_done_before_are_passed_over() -> None:
    rows = "1;11;A;B;2014-08-21 20:31:42;5;1;2\n" * 4
    read_again = read("orange", rows, Reading(KYIV, NOON, after_line=2))
    assert [row.line for row in read_again] == [3, 4]
