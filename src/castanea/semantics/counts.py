"""Distinct counts: rows are first brought to one per entity and cell, then counted, so a count is exact over any mix of sources."""

from __future__ import annotations

from sqlglot import exp

from castanea.semantics.layout import FACTS, Segment, Work
from castanea.semantics.looking_back import bucket_table
from castanea.semantics.model import Part
from castanea.semantics.rows import BEFORE, CURRENCY, RowMaker
from castanea.semantics.scan import Scan
from castanea.semantics.templates import Path, col, named, number, piece, sum_of, union

_DAY = "local_day"


def count_rows(maker: RowMaker, work: Work, index: int) -> exp.Select | None:
    """SELECT before, keys, [currency], the number of entities for each measure of the work."""
    if not work.segments:
        return None
    kept = [k for k in maker.layout.keys if not (work.buckets and k in maker.shop.declared.grains)]
    columns = (*kept, *((CURRENCY,) if work.currency else ()))
    entities = entity_columns(maker, work)
    days = work.group.kind == "new" or bool(work.buckets)
    rows = _entity_rows(maker, work, index, "segments", columns, days=days)
    if work.group.kind == "new":
        return _new(maker, work, index, rows, columns, entities)
    if work.buckets:
        return _windowed(maker, work, index, rows, columns, entities)
    inner: exp.Select = rows[0]
    if len(rows) > 1:
        united = union(rows).subquery("u")
        united_by = [BEFORE, *columns, *entities]
        sums = [named(sum_of(col(b)), b) for b in bases(maker, work)]
        inner = exp.select(*(col(c) for c in united_by), *sums).from_(united).group_by(*(col(c) for c in united_by))
    group = columns if maker.whole else (BEFORE, *columns)
    head: list[exp.Expr] = [named(number(0), BEFORE)] if maker.alone else []
    outer = exp.select(*head, *(col(c) for c in group), *_counted(maker, work)).from_(inner.subquery("e"))
    return outer.group_by(*(col(c) for c in group)) if group else outer


def bases(maker: RowMaker, work: Work) -> tuple[str, ...]:
    found = (maker.measure(m).count for m in work.measures)
    return tuple(dict.fromkeys(c.base for c in found if c))


def entity_columns(maker: RowMaker, work: Work) -> tuple[str, ...]:
    tables = maker.shop.declared.entities[work.group.entity].values()
    return tuple(f"entity_{n}" for n in range(max(len(columns) for columns in tables)))


def _counted(maker: RowMaker, work: Work) -> list[exp.Expr]:
    found: dict[str, exp.Expr] = {}
    for name in work.measures:
        count = maker.measure(name).count
        if count is None:
            raise AssertionError(name)
        found[name] = piece(f"COUNT(CASE WHEN _b >= {int(count.at_least)} THEN 1 END)", b=col(count.base))
    return maker.columns(found)


def _entity_rows(
    maker: RowMaker,
    work: Work,
    index: int,
    field: str,
    columns: tuple[str, ...],
    *,
    days: bool,
    unfiltered: bool = False,
) -> list[exp.Select]:
    """One row per cell and entity with the sums of the base measures, for each segment."""
    made = []
    for number_, segment in enumerate(getattr(work, field)):
        at = (maker.part, index, field, number_)
        scans = (
            [Scan(maker.shop, maker.layout, segment, at)]
            if segment.source != FACTS
            else _fact_scans(maker, work, segment, at)
        )
        made += [_entity_select(maker, work, scan, columns, days=days, unfiltered=unfiltered) for scan in scans]
    return made


def _fact_scans(maker: RowMaker, work: Work, segment: Segment, at: Path) -> list[Scan]:
    known = maker.shop.declared.entities[work.group.entity]
    clocks = dict.fromkeys(
        (p.table, p.clock) for b in bases(maker, work) for p in maker.measure(b).parts if p.table in known
    )
    return [Scan(maker.shop, maker.layout, segment, at, table, clock) for table, clock in clocks]


def _entity_select(
    maker: RowMaker, work: Work, scan: Scan, columns: tuple[str, ...], *, days: bool, unfiltered: bool
) -> exp.Select:
    keys = [(name, scan.dimension(name) if name == CURRENCY else scan.key(name)) for name in columns]
    if days:
        keys.append((_DAY, scan.local_day()))
    values: list[exp.Expr]
    conditions: list[exp.Expr]
    if scan.rollup:
        ids: list[exp.Expr] = [col(work.group.entity, "f")]
        values = [named(sum_of(col(b, "f")), b) for b in bases(maker, work)]
        conditions = []
    else:
        ids = [col(c, "f") for c in maker.shop.declared.entities[work.group.entity][scan.table]]
        values, wheres = _fact_values(maker, work, scan)
        conditions = [exp.or_(*wheres), *(piece("_x IS NOT NULL", x=i) for i in ids)]
    head = named(number(int(scan.segment.before)), BEFORE)
    listed: list[exp.Expr] = [
        head,
        *(named(t, n) for n, t in keys),
        *(named(i, f"entity_{n}") for n, i in enumerate(ids)),
        *values,
    ]
    more = [] if unfiltered else [*scan.aligned_days_only(maker.layout.keys), *maker.others(scan, work)]
    grouped = len(keys) + len(ids)
    if work.group.each and not scan.rollup:
        each = maker.shop.declared.entities[work.group.each][scan.table]
        listed += [named(col(c, "f"), f"each_{n}") for n, c in enumerate(each)]
    tree = scan.select(listed, [*conditions, *more], filtered=not unfiltered)
    places = [number(n + 2) for n in range(grouped)]
    if not (work.group.each and not scan.rollup):
        return tree.group_by(*places, copy=False)
    tree = tree.group_by(*places, *(number(len(listed) - n) for n in range(len(each))), copy=False)
    names = [BEFORE, *(n for n, _ in keys), *(f"entity_{n}" for n in range(len(ids)))]
    once = [named(piece("COUNT(CASE WHEN _b >= 1 THEN 1 END)", b=col(b)), b) for b in bases(maker, work)]
    return exp.select(*(col(n) for n in names), *once).from_(tree.subquery("x")).group_by(*(col(n) for n in names))


def _fact_values(maker: RowMaker, work: Work, scan: Scan) -> tuple[list[exp.Expr], list[exp.Expr]]:
    values: list[exp.Expr] = []
    wheres: dict[exp.Expr, Part] = {}
    for base in bases(maker, work):
        parts = [p for p in maker.measure(base).parts if (p.table, p.clock) == (scan.table, scan.clock)]
        if not parts:
            values.append(named(exp.cast(exp.Null(), "BIGINT"), base))
            continue
        part = parts[0]
        wheres[part.where] = part
        hit = exp.If(this=scan.valued(part.where, part), true=scan.valued(part.value, part))
        values.append(named(sum_of(exp.Case(ifs=[hit])), base))
    return values, [scan.valued(w, p) for w, p in wheres.items()]


def _new(
    maker: RowMaker, work: Work, index: int, rows: list[exp.Select], columns: tuple[str, ...], entities: tuple[str, ...]
) -> exp.Select:
    """Entities with a day in the cell before which they had none for so many days."""
    days = maker.shop.new_buyer_days
    (base,) = bases(maker, work)
    current = exp.select("*").from_(union(rows).subquery("c")).where(piece("_b >= 1", b=col(base)))
    past = union(_entity_rows(maker, work, index, "history", (), days=True, unfiltered=True)).subquery("h")
    mine = exp.select(*(col(e) for e in entities)).from_("now_rows")
    inside: exp.Expr = col(entities[0]) if len(entities) == 1 else exp.Tuple(expressions=[col(e) for e in entities])
    known = (
        exp.select(col(BEFORE), *(col(e) for e in entities), col(_DAY)).distinct()
        .from_(past).where(piece("_b >= 1", b=col(base))).where(exp.In(this=inside, query=mine.subquery()))
    )  # fmt: skip
    by = exp.Order(expressions=[exp.Ordered(this=col(_DAY))])
    lag = exp.Window(this=exp.Lag(this=col(_DAY)), partition_by=[col(BEFORE), *(col(e) for e in entities)], order=by)
    paused = exp.select("*", named(lag, "last_day")).from_(known.subquery("k"))
    first = (
        exp.select("*")
        .from_(paused.subquery("p"))
        .where(piece(f"last_day IS NULL OR local_day - last_day > {int(days)}"))
    )
    same = [exp.EQ(this=col(c, "n"), expression=col(c, "d")) for c in (BEFORE, _DAY, *entities)]
    pairs = (
        exp.select(*(col(c, "n") for c in (BEFORE, *columns, *entities))).distinct()
        .from_(exp.table_("now_rows", alias="n")).join(exp.table_("first_days", alias="d"), on=exp.and_(*same))
    )  # fmt: skip
    count = maker.columns({work.measures[0]: exp.Count(this=exp.Star())})
    tree = exp.select(col(BEFORE), *(col(c) for c in columns), *count).from_(pairs.subquery("e"))
    tree = tree.group_by(*(col(c) for c in (BEFORE, *columns)))
    return exp.select("*").from_(tree.with_("now_rows", current).with_("first_days", first).subquery("new_rows"))


def _windowed(
    maker: RowMaker, work: Work, index: int, rows: list[exp.Select], columns: tuple[str, ...], entities: tuple[str, ...]
) -> exp.Select:
    """Counts over the days that end with each cell: a row counts in every window that holds its day."""
    grain = next(k for k in maker.layout.keys if k in maker.shop.declared.grains)
    windows = bucket_table(maker, index, grain, "days")
    inside = piece("r.local_day >= w.low AND r.local_day < w.high AND _r = _w", r=col(BEFORE, "r"), w=col(BEFORE, "w"))
    joined = (
        exp.select(col(BEFORE, "r"), col(grain, "w"), *(col(c, "r") for c in columns), *(col(e, "r") for e in entities))
        .select(*(named(sum_of(col(b, "r")), b) for b in bases(maker, work)))
        .from_(union(rows).subquery("r")).join(windows, on=inside)
    )  # fmt: skip
    group = [col(BEFORE, "r"), col(grain, "w"), *(col(c, "r") for c in columns), *(col(e, "r") for e in entities)]
    inner = joined.group_by(*group).subquery("e")
    ordered = [c for c in maker.layout.keys if c == grain or c in columns] + ([CURRENCY] if work.currency else [])
    outer = exp.select(col(BEFORE), *(col(c) for c in ordered), *_counted(maker, work)).from_(inner)
    return outer.group_by(*(col(c) for c in (BEFORE, *ordered)))
