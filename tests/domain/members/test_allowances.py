"""Token buckets: remaining tokens, refill, and removal of full buckets."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.members import allowances
from bot.domain.members.allowances import Allowance, Allowances

MINE, YOURS = 1, 2


def test_so_much_at_once_and_so_much_a_second() -> None:
    some = Allowances(Allowance(burst=3, per_s=0.5))
    assert [some.take(MINE, 10.0) for _ in range(5)] == [True, True, True, False, False]
    assert some.take(YOURS, 10.0), "one's own"
    assert some.wait_s(MINE, 1, 10.0) == 2
    assert not some.take(MINE, 11.9)
    assert some.take(MINE, 12.0)
    assert [some.take(MINE, 1000.0) for _ in range(4)] == [True, True, True, False], "never more than the burst"


def test_what_was_spent_beyond_is_paid_back_first() -> None:
    some = Allowances(Allowance(burst=10, per_s=1))
    some.spend(MINE, 25, 0.0)
    assert some.left(MINE, 10.0) == -5
    assert some.wait_s(MINE, 1, 10.0) == 6


def test_a_refusal_costs_nothing() -> None:
    some = Allowances(Allowance(burst=1, per_s=1))
    assert some.take(MINE, 0.0)
    for hundredth in range(1, 100):
        assert not some.take(MINE, hundredth / 100)
    assert some.take(MINE, 1.0)


def test_full_buckets_are_forgotten_and_others_never() -> None:
    some = Allowances(Allowance(burst=2, per_s=1))
    for who in range(allowances.KEPT):
        some.take(who, who / 1e6)
    some.spend(MINE, 1_000, 1.0)
    for who in range(allowances.KEPT, 2 * allowances.KEPT):
        some.take(who, 10 + who / 1e6)
    assert len(some._left) <= allowances.KEPT + 1
    assert some.left(MINE, 11.0) < 0


@given(st.lists(st.tuples(st.floats(0, 10), st.booleans()), max_size=60), st.integers(1, 20), st.floats(0.1, 5))
def test_never_more_in_any_time_than_burst_and_refill(gaps: list[tuple[float, bool]], burst: int, per_s: float) -> None:
    some, now, taken = Allowances(Allowance(burst, per_s)), 0.0, 0
    for gap, wanted in gaps:
        now += gap
        taken += wanted and some.take(MINE, now)
        assert taken <= burst + now * per_s + 1e-6
