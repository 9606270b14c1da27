"""What a customer takes next: what the same items led others to, what goes with them, what the customer takes again, what all take.

Sources: item transitions with decay (first-order Markov chains over items, Rendle et al. 2010, counted over several steps); item neighbours
by co-occurrence (Deshpande and Karypis 2004); personal frequency with decay (Hu et al. 2020, Li et al. 2023)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from castanea.analysis.customers.histories import Histories, Ints

Floats = npt.NDArray[np.float64]
STEPS, STEP_DECAY, BACK, SHRINK = 8, 0.8, 0.5, 5.0
CELLS = 12_000_000  # of a dense block
NEIGHBOURS = 400  # of an item, kept
DECAYS, DAMPS = (0.6, 0.8, 0.95), (0.1, 0.3, 0.5)
NEXTS, AGAINS, ALLS = (0.0, 0.5, 1.0), (0.5, 1.0, 2.0, 4.0), (0.01, 0.1, 0.3)


@dataclass(frozen=True)
class Mix:
    """`decay`: of a customer's past, a basket; `damp`: how far frequent items are held down; `next`: share of transitions against
    co-occurrence; `again`: weight of what the customer took before; `all`: weight of what all take; `alike`: of the rest."""

    decay: float = 0.8
    damp: float = 0.3
    next: float = 0.5
    again: float = 1.0
    all: float = 0.1
    alike: float = 1.0


@dataclass(frozen=True)
class Memory:
    """What the histories hold, as matrices: `then` item → later item, `with_` item – item of one customer (without the item itself)."""

    known: Histories
    then: Any
    with_: Any
    buyers: Floats
    counts: Floats

    def damped(self, matrix: Any, damp: float) -> Any:
        few = self.buyers + SHRINK
        return (sparse.diags_array(few**-0.5) @ matrix @ sparse.diags_array(few**-damp)).tocsr()


def memory(known: Histories) -> Memory:
    rows, items = len(known.item), len(known.items)
    numbers, basket = np.unique(known.basket, return_inverse=True)
    ones = np.ones(rows)
    baskets = sparse.csr_array((ones, (basket, known.item)), shape=(len(numbers), items))
    owner = np.zeros(len(numbers), dtype=np.int64)
    owner[basket] = known.user
    then = sparse.csr_array((items, items))
    for step in range(1, STEPS + 1):
        at = np.flatnonzero(owner[:-step] == owner[step:]) if len(owner) > step else np.array([], dtype=np.int64)
        if not len(at):
            break
        moved = baskets[at].T @ baskets[at + step]
        then = then + STEP_DECAY ** (step - 1) * (moved + BACK * moved.T)
    took = sparse.csr_array((ones, (known.user, known.item)), shape=(len(known.users), items))
    took.data[:] = 1.0
    return Memory(
        known,
        _kept(then),
        _kept(took.T @ took),
        np.asarray(took.sum(axis=0)).ravel(),
        np.bincount(known.item, minlength=items).astype(float),
    )


def _kept(matrix: Any) -> Any:
    """Without the item itself, and of the rest the strongest neighbours of each item."""
    found = matrix.tocsr()
    found.setdiag(0)
    found.eliminate_zeros()
    found.sort_indices()
    if len(np.diff(found.indptr)) and np.diff(found.indptr).max() > NEIGHBOURS:
        for k in np.flatnonzero(np.diff(found.indptr) > NEIGHBOURS):
            here = slice(found.indptr[k], found.indptr[k + 1])
            order = np.lexsort((found.indices[here], -found.data[here]))
            found.data[here][order[NEIGHBOURS:]] = 0.0
        found.eliminate_zeros()
    return found


@dataclass(frozen=True)
class Parts:
    """Dense, customers × items, each row at most 1."""

    then: Floats
    with_: Floats
    again: Floats
    all: Floats

    def mixed(self, mix: Mix) -> Floats:
        alike = mix.next * self.then + (1 - mix.next) * self.with_
        return mix.alike * alike + mix.again * self.again + mix.all * self.all


def parts(held: Memory, who: Ints, decay: float, damp: float) -> Parts:
    past = _past(held.known, decay)[who]
    return Parts(
        _one((past @ held.damped(held.then, damp)).toarray()), _one((past @ held.damped(held.with_, damp)).toarray()),
        _one(past.toarray()), held.counts / max(held.counts.max(), 1.0),
    )  # fmt: skip


def _past(known: Histories, decay: float) -> Any:
    """Customers × items: `decay` for every basket of the customer that came after; an item taken often adds up."""
    numbers, where = np.unique(known.basket, return_inverse=True)
    after = np.searchsorted(numbers, known.last[known.user]) - where
    return sparse.csr_array((decay**after, (known.user, known.item)), shape=(len(known.users), len(known.items)))


def _one(rows: Floats) -> Floats:
    top = rows.max(axis=1, keepdims=True)
    return np.asarray(rows / np.where(top > 0, top, 1.0))


def taken(known: Histories, who: Ints) -> Floats:
    """1 where a customer took an item."""
    found = sparse.csr_array((np.ones(len(known.item)), (known.user, known.item)), shape=(len(known.users), len(known.items)))  # fmt: skip
    return np.asarray(found[who].toarray() > 0)


def blocks(who: Ints, items: int) -> Iterator[Ints]:
    size = max(CELLS // max(items, 1), 1)
    return (who[k : k + size] for k in range(0, len(who), size))


def best(scores: Floats, barred: Any, k: int) -> Ints:
    """Of each row the `k` highest that are not barred, ties to the smaller number; -1 where there are no more."""
    scores = np.where(barred, -np.inf, scores)
    k = min(k, scores.shape[1])
    edge = np.partition(scores, -k, axis=1)[:, -k]
    found = np.full((len(scores), k), -1, dtype=np.int64)
    for n, row in enumerate(scores):
        at = np.flatnonzero(row >= edge[n])
        at = at[np.isfinite(row[at])]
        top = at[np.argsort(-row[at], kind="stable")][:k]
        found[n, : len(top)] = top
    return found


@dataclass(frozen=True)
class Reached:
    """`hit`: share of customers with a hit among k; `recall` of their next basket; `ndcg`; `at_rank`: share of hits at each rank."""

    hit: float
    recall: float
    ndcg: float
    at_rank: tuple[float, ...]

    @property
    def worth(self) -> float:
        return self.recall + self.ndcg


def reached(top: Ints, wanted: Sequence[set[int]], k: int) -> Reached:
    hits = np.array([[item in want for item in row] for row, want in zip(top.tolist(), wanted, strict=True)], dtype=float)  # fmt: skip
    gain = 1 / np.log2(np.arange(2, k + 2))
    sizes = np.array([len(want) for want in wanted])
    ideal = np.cumsum(gain)[np.minimum(sizes, k) - 1]
    return Reached(
        float(np.mean(hits.any(axis=1))), float(np.mean(hits.sum(axis=1) / sizes)),
        float(np.mean(hits @ gain[: hits.shape[1]] / ideal)), tuple(hits.mean(axis=0).tolist()),
    )  # fmt: skip


def chosen(
    held: Memory, tested: dict[int, set[int]], k: int, *, repeat: bool, most: int, seed: int
) -> tuple[Mix, Reached, Reached]:
    """The mix that foretells the baskets held out best, out of fixed ones, what it reaches, and what the naive way does: the best-selling,
    with `repeat` after what the customer took most."""
    everyone = np.array(sorted(tested), dtype=np.int64)
    some = everyone
    if len(everyone) > most:
        some = np.sort(np.random.default_rng(seed).choice(everyone, most, replace=False))
    wanted = [tested[int(u)] for u in some]

    def tried(mixes: Sequence[Mix]) -> list[Reached]:
        """All mixes of one decay and damp."""
        tops: list[list[Ints]] = [[] for _ in mixes]
        for who in blocks(some, len(held.known.items)):
            each = parts(held, who, mixes[0].decay, mixes[0].damp)
            barred = np.False_ if repeat else taken(held.known, who)
            for n, mix in enumerate(mixes):
                tops[n].append(best(each.mixed(mix), barred, k))
        return [reached(np.concatenate(top), wanted, k) for top in tops]

    again = 1.0 if repeat else 0.0
    first = [Mix(d, p, again=again) for d, p in product(DECAYS, DAMPS)]
    begin = max(first, key=lambda mix: tried([mix])[0].worth)
    mixes = [replace(begin, next=n, again=a, all=g) for n, a, g in product(NEXTS, AGAINS if repeat else (0.0,), ALLS)]
    *results, naive = tried([*mixes, plain(begin, again)])
    top = max(range(len(mixes)), key=lambda n: results[n].worth)
    if results[top].worth <= naive.worth:
        return plain(begin, again), naive, naive
    return mixes[top], results[top], naive


def plain(mix: Mix, again: float) -> Mix:
    """What the customer took most and last, then what all take."""
    return replace(mix, alike=0.0, again=again, all=1e-6)
