import time

from abonent.kernel.ids import CountingIds, TimeOrderedIds


def test_ids_fit_into_63_bits_and_differ() -> None:
    ids = TimeOrderedIds()
    drawn = [ids.next() for _ in range(10_000)]
    assert len(set(drawn)) == len(drawn)
    assert all(0 < id < 2**63 for id in drawn)


def test_a_later_id_is_greater() -> None:
    ids = TimeOrderedIds()
    earlier = ids.next()
    time.sleep(0.002)
    assert ids.next() > earlier


def test_ids_for_tests_count() -> None:
    ids = CountingIds(7)
    assert [ids.next(), ids.next()] == [7, 8]
