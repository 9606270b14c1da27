from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from castanea.kanban.ranks import rank_between


@given(st.lists(st.integers(0, 10_000), max_size=120))
def test_there_is_always_room_between_two_cards_and_the_order_is_kept(places: list[int]) -> None:
    ranks: list[str] = []
    for place in places:
        at = place % (len(ranks) + 1)
        low = ranks[at - 1] if at else ""
        high = ranks[at] if at < len(ranks) else ""
        ranks.insert(at, rank_between(low, high))
        assert not ranks[at].endswith("0")
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_a_thousand_cards_at_the_end_keep_short_ranks() -> None:
    rank = ""
    for _ in range(1000):
        rank = rank_between(rank, "")
    assert len(rank) < 200
