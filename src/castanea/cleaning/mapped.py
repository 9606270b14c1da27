"""A file's chunks through its mapping: canonical rows ready to be sealed and landed, and the rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from castanea.cleaning.choosing import Reading
from castanea.cleaning.continuing import OddRow
from castanea.cleaning.elements import elements
from castanea.cleaning.expressions import Compiler
from castanea.cleaning.meanings import Meanings
from castanea.cleaning.occurrences import Seen
from castanea.cleaning.rejecting import Rejects
from castanea.cleaning.typing_cells import RULES, CellTyper, Typed
from castanea.cleaning.unknown_words import UnknownWords
from castanea.cleaning.written import midnight
from castanea.contracts.mappings import Constant, Mapping, TableRule
from castanea.contracts.mappings.expression import EXPORTED_AT
from castanea.contracts.sent import EXTRA, SentBatch, sent_batch_schema
from castanea.contracts.table import Column, Table, Type
from castanea.contracts.tables import TABLES
from castanea.contracts.validate import validate

_PLACES = {Type.MONEY: (18, 4), Type.QUANTITY: (18, 4), Type.RATE: (18, 8)}
TOTAL_WORDS = pa.array(
    [
        *("总计", "合计", "总和", "汇总", "小计", "总数", "共计", "总合计", "全部合计", "本页合计", "本页小计"),
        *("total", "totals", "grand total", "sum", "subtotal", "sub-total", "sub total"),
    ]
)
_ORDERS_NOTED = 2_000
OLDEST = datetime(1970, 1, 1, tzinfo=UTC)  # the version of weak rows


@dataclass(frozen=True)
class Frame:
    """What is the same for all rows of one import. `version` is the export's time, for rows without an own one."""

    import_id: str
    file_id: str
    source: str
    shop: str
    zone: str
    currency: str
    version: datetime
    now: datetime
    shop_given: bool = False


class MappedFile:
    """Turns the chunks of one file into batches, in order. Close it when done."""

    def __init__(self, reading: Reading, frame: Frame) -> None:
        self.reading, self._of = reading, frame
        self._mapping: Mapping = reading.fit.mapping
        self._compiler = Compiler(self._mapping.words, self._mapping.patterns, frame.zone)
        self._typer = CellTyper(reading, frame.zone)
        self.meanings = Meanings(self._mapping, self._compiler)
        self.unknown_words = UnknownWords(self._mapping, self._compiler)
        self._repeats = Seen()
        self._keys: dict[str, Seen] = {}
        self._once: dict[int, Seen] = {}
        self.suspects = 0
        self.shops: set[str] = set()
        self.orders: dict[str, set[str]] = {}  # shop → some of the orders that its rows speak of

    def close(self) -> None:
        for seen in (self._repeats, *self._keys.values(), *self._once.values()):
            seen.close()

    def decide(self, raw: pl.DataFrame) -> bool:
        """Decide the meanings from some rows of the file; False where these rows cannot tell."""
        if "_row" not in raw.columns:
            raw = raw.with_row_index("_row", offset=1)
        typer = CellTyper(self.reading, self._of.zone)
        return self.meanings.decide(self._define(typer.typed(raw).frame))

    def preview(self, raw: pl.DataFrame) -> pl.DataFrame:
        """The first rows as they will be read: typed columns under the mapping's names, moments on the clock of the file's zone."""
        raw = raw if "_row" in raw.columns else raw.with_row_index("_row", offset=1)
        frame = CellTyper(self.reading, self._of.zone).typed(raw).frame
        shown = [name for name in self.reading.fit.places if self._mapping.columns[name].keep == "map"]
        return frame.select(
            pl.col(name).dt.convert_time_zone(self._of.zone)
            if isinstance(frame.schema[name], pl.Datetime)
            else pl.col(name)
            for name in shown
        )

    def batches(self, raw: pa.Table, odd: Iterable[OddRow] = ()) -> list[SentBatch]:
        """The batches of one chunk: first those that the same rows feed besides (derived), then the rows themselves."""
        chunk = pl.from_arrow(raw)
        assert isinstance(chunk, pl.DataFrame)
        suspects, odd = self._suspects(chunk), list(odd)
        typed = self._typer.typed(chunk, odd)
        frame = self.meanings.defined(self._define(typed.frame))
        self.meanings.count(frame)
        self.unknown_words.count(frame)
        frame = self._routed(frame, chunk)
        rejects = Rejects(chunk, self.reading, self._of.source, self._of.import_id, self._of.file_id, self._of.now)
        self._refuse_faulty(typed, frame, rejects)
        for row, cells, reason in odd:
            rejects.add_odd(row, cells, reason, self._mapping.rows[0].table)
        also = [
            batch
            for number, rule in enumerate(self._mapping.also)
            if (batch := self._derived(number, rule, frame, rejects)) is not None
        ]
        own = [self._own(number, rule, frame, rejects, suspects) for number, rule in enumerate(self._mapping.rows)]
        return [*also, *rejects.attached([batch for batch in own if batch is not None])]

    def _suspects(self, chunk: pl.DataFrame) -> pl.Series:
        """True for the rows that repeat an earlier row of the file to the letter."""
        hashes = chunk.drop("_row").hash_rows(seed=7)
        repeats = pl.Series("s", self._repeats.occurrence(hashes) > 1)
        self.suspects += int(repeats.sum())
        return repeats

    def _define(self, frame: pl.DataFrame) -> pl.DataFrame:
        exported = pl.lit(self._of.version).cast(pl.Datetime("us", "UTC"))
        frame = frame.with_columns(exported.alias(EXPORTED_AT))
        for name, value in self._mapping.define.items():
            frame = frame.with_columns(self._compiler.value(value).alias(name))
        return frame

    def _routed(self, frame: pl.DataFrame, chunk: pl.DataFrame) -> pl.DataFrame:
        """With `_rule` (the first of `rows` that takes the row, null = none), `_at` (its position), shop, currency, version, extra."""
        rule = pl.lit(None, pl.Int32)
        for number, item in reversed(list(enumerate(self._mapping.rows))):
            rule = pl.when(self._compiler.condition(item.when)).then(pl.lit(number, pl.Int32)).otherwise(rule)
        shop, money, own = self._mapping.shop_from, self._mapping.currency_from, self._mapping.version_from
        by_file = shop and not self._of.shop_given and shop in self.reading.fit.places
        version = pl.lit(self._of.version).cast(pl.Datetime("us", "UTC"))
        frame = frame.with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("_at"),
            rule.alias("_rule"),
            (pl.col(shop).fill_null(self._of.shop) if by_file else pl.lit(self._of.shop)).alias("_shop"),
            (
                pl.col(money).str.to_uppercase().fill_null(self._of.currency) if money else pl.lit(self._of.currency)
            ).alias("_currency"),
            (pl.coalesce(own, version) if own else version).alias("_version"),
        )
        extra = self._extra(chunk)
        return frame.with_columns(extra.alias(EXTRA)) if extra is not None else frame

    def _extra(self, chunk: pl.DataFrame) -> pl.Series | None:
        """Per row the columns that no rule uses yet, as JSON under the names of the file."""
        fit = self.reading.fit
        kept = [place for name, place in fit.places.items() if fit.mapping.columns[name].keep == "extra"]
        places = [place for place in (*self.reading.unknown, *kept) if chunk[f"c{place}"].null_count() < chunk.height]
        if not places:
            return None
        named = pl.struct(pl.col(f"c{place}").alias(self.reading.header[place]) for place in places)
        return chunk.select(named.struct.json_encode().alias("e"))["e"]

    def _refuse_faulty(self, typed: Typed, frame: pl.DataFrame, rejects: Rejects) -> None:
        rules = frame["_rule"]
        for fault in typed.faults.values():
            number = rules[fault.position]
            rejects.add(
                fault.position,
                fault.reason,
                fault.column,
                RULES.get(fault.reason, ""),
                self._mapping.rows[number or 0].table,
            )
        for position in rules.is_null().arg_true().to_list():
            rejects.add(position, "no_rule", "", RULES["no_rule"], self._mapping.rows[0].table)

    def _own(
        self, number: int, rule: TableRule, frame: pl.DataFrame, rejects: Rejects, suspects: pl.Series
    ) -> SentBatch | None:
        rows = frame.filter((pl.col("_rule") == number) & ~pl.col("_at").is_in(rejects.positions))
        rows, table = self._checked(rule, rows, rejects)
        if not rows.height:
            return None
        flagged = int(suspects.gather(rows["_at"]).sum())
        return SentBatch(
            rule.table, self._of.source, self._landable(rule, rows, table), None, self._of.import_id, suspects=flagged
        )

    def _derived(self, number: int, rule: TableRule, frame: pl.DataFrame, rejects: Rejects) -> SentBatch | None:
        if rule.each:
            frame = self._elements(rule, frame, rejects)
        rows = frame.filter(self._compiler.condition(rule.when) & ~pl.col("_at").is_in(rejects.positions))
        if rule.once and rows.height:
            keys = ["_shop", *rule.once]
            rows = rows.unique(subset=keys, keep="first", maintain_order=True)
            seen = self._once.setdefault(number, Seen())
            rows = rows.filter(pl.Series(seen.occurrence(rows.select(keys).hash_rows(seed=3)) == 1))
        rows, table = self._checked(rule, rows, rejects)
        if not rows.height:
            return None
        landable = self._landable(rule, rows, table)
        return SentBatch(rule.table, self._of.source, landable, None, self._of.import_id, derived=True)

    def _elements(self, rule: TableRule, frame: pl.DataFrame, rejects: Rejects) -> pl.DataFrame:
        """One row per element of the rule's list; a row with a faulty element is refused whole."""
        found = elements(frame, rule.each, self._mapping.each[rule.each], self._typer)
        for position, column, reason in found.faults:
            rejects.add(frame["_at"][position], reason, column, RULES.get(reason, ""), rule.table)
        return found.frame

    def _checked(self, rule: TableRule, rows: pl.DataFrame, rejects: Rejects) -> tuple[pl.DataFrame, pa.Table]:
        """The rows in the table's sent types; those that break its declaration are refused."""
        table = TABLES[rule.table]
        sent = self._sent(rule, table, rows)
        checked = validate(table, sent, zone=self._of.zone)
        for position, column, word in _totals(table, checked.rows, checked.kept):
            rejects.add(rows["_at"][position], "total_word", column, RULES["total_word"], table.name, word)
        for fault in checked.rejects:
            rejects.add(rows["_at"][fault.position], fault.reason, fault.column, fault.rule, table.name, fault.value)
        sound = checked.rows
        if checked.kept is not None:
            rows = rows[checked.kept]
        if rows["_at"].is_in(rejects.positions).any():  # a row that adds up others
            stays = ~rows["_at"].is_in(rejects.positions)
            rows, sound = rows.filter(stays), sound.filter(stays.to_arrow())
        return rows, sound

    def _sent(self, rule: TableRule, table: Table, rows: pl.DataFrame) -> pa.Table:
        values = []
        for column in table.sent:
            if column.name in rule.values:
                given = rule.values[column.name]
                expression = self._compiler.value(given)
                values.append(_in_type(expression, column, constant=isinstance(given, Constant)).alias(column.name))
            elif column.name == "channel_id" and table.name == "order" and self._mapping.platform:
                values.append(pl.lit(self._mapping.platform).alias("channel_id"))
            elif column.name in ("shop_id", "currency"):
                values.append(pl.col("_shop" if column.name == "shop_id" else "_currency").alias(column.name))
        values.append(pl.col("_row"))
        return _arrow(_moments_and_days(rows.select(values), table, self._of.zone))

    def _landable(self, rule: TableRule, rows: pl.DataFrame, table: pa.Table) -> pa.Table:
        """With `_version`, `_occurrence`, `_row`, and the unused columns where the table can seal them."""
        declared = TABLES[rule.table]
        self.shops.update(str(shop) for shop in rows["_shop"].unique().to_list())
        self._note_orders(rows, table)
        if rule.once:
            occurrence = np.ones(rows.height, np.int64)
        else:
            keys = pl.from_arrow(table.select(list(declared.key)))
            assert isinstance(keys, pl.DataFrame)
            hashes = keys.select(pl.all().cast(pl.String).fill_null("")).hash_rows(seed=5)
            occurrence = self._keys.setdefault(rule.table, Seen()).occurrence(hashes)
        plain = table.drop_columns([n for n in ("_row", EXTRA) if n in table.column_names])
        versions = (
            pl.repeat(OLDEST, rows.height, dtype=pl.Datetime("us", "UTC"), eager=True)
            if rule.weak
            else rows["_version"]
        )
        system = [versions.to_arrow(), pa.array(occurrence), rows["_row"].to_arrow()]
        full = pa.table([*plain.columns, *system], names=[*plain.column_names, "_version", "_occurrence", "_row"])
        full = full.cast(sent_batch_schema(rule.table))
        if EXTRA in rows.columns and declared.seals and self._seals_extra(rule):
            full = full.append_column(EXTRA, rows[EXTRA].to_arrow().cast(pa.string()))
        return full

    def _note_orders(self, rows: pl.DataFrame, table: pa.Table) -> None:
        if "order_id" not in table.column_names or sum(map(len, self.orders.values())) >= _ORDERS_NOTED:
            return
        for shop, order in zip(rows["_shop"].to_list(), table.column("order_id").to_pylist(), strict=True):
            if order:
                self.orders.setdefault(shop, set()).add(order)

    def _seals_extra(self, rule: TableRule) -> bool:
        """Unused columns go with the row itself where its table seals, else with the first further table that does."""
        if any(TABLES[own.table].seals for own in self._mapping.rows):
            return rule in self._mapping.rows
        return rule is next((also for also in self._mapping.also if TABLES[also.table].seals), None)


def _totals(table: Table, rows: pa.Table, kept: npt.NDArray[np.int64] | None) -> Iterator[tuple[int, str, str]]:
    """Positions, columns and words of rows whose key is a word for a total: they add up the other rows."""
    for name in table.key:
        if name not in rows.column_names or not pa.types.is_string(rows.schema.field(name).type):
            continue
        column = rows.column(name)
        total = pc.is_in(pc.utf8_lower(column), TOTAL_WORDS)
        if not pc.any(total).as_py():
            continue
        for position in np.flatnonzero(total.to_numpy()).tolist():
            yield int(kept[position]) if kept is not None else position, name, column[position].as_py()


def _moments_and_days(frame: pl.DataFrame, table: Table, zone: str) -> pl.DataFrame:
    """Days where moments are wanted as midnights of `zone`, moments where days are wanted as its days."""
    mended = []
    for column in table.sent:
        given = frame.schema.get(column.name)
        if column.type is Type.TIMESTAMP and given == pl.Date:
            mended.append(midnight(pl.col(column.name), zone).alias(column.name))
        elif column.type is Type.DATE and isinstance(given, pl.Datetime):
            mended.append(pl.col(column.name).dt.convert_time_zone(zone).dt.date().alias(column.name))
    return frame.with_columns(mended)


def _in_type(value: pl.Expr, column: Column, *, constant: bool) -> pl.Expr:
    """A value as the canonical column holds it; empty text is null, but for a constant."""
    if column.type in _PLACES:
        precision, scale = _PLACES[column.type]
        return value.cast(pl.Decimal(38, 8), strict=False).round(scale).cast(pl.Decimal(precision, scale), strict=False)
    if column.type is Type.INTEGER:
        return value.cast(pl.Float64, strict=False).round().cast(pl.Int64, strict=False)
    if column.type in (Type.TIMESTAMP, Type.DATE, Type.BOOLEAN):
        return value
    text = value.cast(pl.String)
    return text if constant else pl.when(text != "").then(text)


def _arrow(frame: pl.DataFrame) -> pa.Table:
    """With plain strings, as the contracts have them."""
    table = frame.to_arrow()
    fields = [
        pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) or pa.types.is_string_view(f.type) else f.type)
        for f in table.schema
    ]
    return table.cast(pa.schema(fields)).combine_chunks()
