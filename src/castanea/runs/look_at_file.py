"""A look at a file for the browser: how it will be read, every guess with its confidence, and what its sampled rows become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa

from castanea.cleaning.choosing import Fit, fit_mapping
from castanea.cleaning.mapped import MappedFile
from castanea.contracts.importing import (
    Effect,
    FileLook,
    FormatColumn,
    ImportWish,
    LookedColumn,
    NearFormat,
    Refusal,
    UnknownWord,
)
from castanea.contracts.mappings import Mapping, shipped_data
from castanea.contracts.tables import TABLES
from castanea.kit.errors import CastaneaError, InputError
from castanea.runs.edit_mapping import edited
from castanea.runs.import_file import ImportFile, OpenedFile, Request
from castanea.runs.trying_formats import Counted, is_format_name, keep
from castanea.sources.files import Found

SHOWN = 8  # rows of the preview
CELLS = 3  # of a column's sample
NEAR = 5
HIDDEN = "•••"


def request_of(wish: ImportWish, path: Path) -> Request:
    """The wish as an import's request, its edits apart."""
    return Request(
        path, wish.format, wish.kind, wish.zone, wish.currency, wish.shop, wish.exported_at, wish.encoding, wish.delimiter, wish.sheet,
        wish.header_row, wish.date_order, decimal_mark=_mark(wish), columns=wish.columns,
    )  # fmt: skip


def _mark(wish: ImportWish) -> str:
    if wish.decimal_mark not in ("", ".", ","):
        raise InputError(f"{wish.decimal_mark!r} is no decimal mark; valid are . and ,", code="import.decimal_mark")
    return wish.decimal_mark


def open_as_wished(job: ImportFile, wish: ImportWish, path: Path) -> OpenedFile:
    """The file opened by the format that fits, with the wish's columns and words. Raises what opening and editing raise."""
    opened = job.open(request_of(wish, path))
    if not wish.words and (not wish.columns or opened.guesses):  # a guess has taken what was said of the columns
        return opened
    try:
        mapping = edited(opened.mapping, opened.found.header, wish.columns, wish.words)
    finally:
        opened.reader.close()
    return job.open(replace(request_of(wish, path), mapping=mapping))


def look(job: ImportFile, mappings: Sequence[Mapping], wish: ImportWish, path: Path) -> FileLook:
    """Raises nothing for a file that cannot be read: the look says why."""
    try:
        with open_as_wished(job, wish, path) as opened:
            return _described(job, mappings, opened)
    except CastaneaError as refused:
        return _refused(job, wish, path, refused)


def _refused(job: ImportFile, wish: ImportWish, path: Path, why: CastaneaError) -> FileLook:
    """What is known of a file that no format fits, so that somebody can say what it is."""
    size = path.stat().st_size if path.is_file() else 0
    zone, currency = wish.zone or job.settings.zone, wish.currency or job.settings.currency
    look = FileLook(path.name, size, zone=zone, currency=currency, shop=wish.shop, refused=refusal_of(why))
    try:
        found = job.found(request_of(wish, path))
    except CastaneaError:
        return look
    said = {column: concept for concept, column in wish.columns.items()}
    columns = tuple(
        LookedColumn(header, said.get(header, ""), 1.0 if header in said else 0.0, _cells(found, index))
        for index, header in enumerate(found.header)
    )
    return replace(
        look, container=found.container, encoding=found.encoding.rstrip("?"), encoding_sure=not found.encoding.endswith("?"),
        delimiter=found.delimiter, header_row=found.header_row, titles=found.titles, sheet=found.sheet, sheets_left=found.sheets_left,
        kind=wish.kind, columns=columns, choices=_concepts(), kinds=_kinds(),
    )  # fmt: skip


def keep_format(job: ImportFile, wish: ImportWish, path: Path, folder: Path, name: str) -> str:
    """Write the format by which the file is read, with the wish's changes, into the workspace under a name; returns the name.

    Raises Conflict where a format of the name is kept already, InputError for a name that is none, and what opening raises.
    """
    if not is_format_name(name):
        raise InputError(
            f"'{name}' is no name of a format; write small letters, digits and _, for example our_orders",
            code="import.format_name",
        )
    with open_as_wished(job, wish, path) as opened:
        mapping = edited(opened.mapping, opened.found.header, {}, {}, name)
    keep(folder, name, mapping.text)
    return name


def refusal_of(refused: CastaneaError) -> Refusal:
    return Refusal(refused.code, str(refused), {key: str(value) for key, value in refused.values.items()})


def _described(job: ImportFile, mappings: Sequence[Mapping], opened: OpenedFile) -> FileLook:
    found, fit = opened.found, opened.reading.fit
    mapping = opened.mapping
    preview, _ = job.preview(opened, SHOWN)
    mapped = MappedFile(opened.reading, job.frame(opened, "look"))
    try:
        sample = opened.sample()
        mapped.decide(sample)
        effect = _effect(mapped, sample)
        says = tuple(finding.says for finding in mapped.meanings.findings.values())
        words = tuple(_unknown(mapped, mapping))
    finally:
        mapped.close()
    shown = [c for c in preview.columns if mapping.columns[c].privacy == ""]
    return FileLook(
        file=opened.request.path.name, bytes=found.bytes, container=found.container, encoding=found.encoding.rstrip("?"),
        encoding_sure=not found.encoding.endswith("?"), delimiter=found.delimiter, header_row=found.header_row, titles=found.titles,
        sheet=found.sheet, sheets_left=found.sheets_left, format=mapping.name, format_labels=mapping.labels, kind=mapping.kind,
        confidence=fit.confidence, guessed=bool(opened.guesses), near=tuple(_near(mappings, opened)), zone=opened.zone,
        currency=opened.currency, shop=opened.request.shop, exported_at=opened.exported_at, exported_from=opened.exported_from,
        columns=tuple(_columns(opened)), kinds=_kinds() if opened.guesses else {},
        choices=tuple(_choice(c) for c in mapping.columns.values()), words=words,
        preview_columns=tuple(shown), preview=tuple(tuple(_text(v, opened.zone) for v in row) for row in preview.select(shown).iter_rows()),
        says=says, doubts=opened.reading.doubts, effect=effect,
    )  # fmt: skip


def _effect(mapped: MappedFile, sample: pl.DataFrame) -> Effect:
    counted = Counted()
    rows = sample.with_row_index("_row", offset=1)
    counted.keep(mapped.batches(pa.table({name: rows[name].to_arrow() for name in rows.columns})))
    sums = {name: f"{total:f}" for name, total in counted.sums.items() if total}
    labels = {name: TABLES[name].labels for name in counted.rows}
    return Effect(sample.height, dict(counted.rows), labels, sums, dict(counted.reasons))


def _columns(opened: OpenedFile) -> Iterable[LookedColumn]:
    taken = {place: name for name, place in opened.reading.fit.places.items()}
    sure = {guess.column: guess.confidence for guess in opened.guesses}
    for index, header in enumerate(opened.found.header):
        name = taken.get(index, "")
        column = opened.mapping.columns.get(name)
        personal = column is not None and column.privacy != ""
        cells = _cells(opened.found, index)
        sample = (HIDDEN,) if personal and cells else cells
        confidence = sure.get(header, opened.reading.fit.confidence) if name else 0.0
        yield LookedColumn(header, name, confidence, sample, personal)


def _cells(found: Found, index: int) -> tuple[str, ...]:
    """The first filled cells of a column as they stand."""
    cells = dict.fromkeys(str(row[index])[:60] for row in found.sample if str(row[index] or "").strip())
    return tuple(cells)[:CELLS]


def _concepts() -> tuple[FormatColumn, ...]:
    """What a column of an unknown table may be."""
    concepts = shipped_data("concepts")["concepts"]
    return tuple(
        FormatColumn(name, rule["type"], False, bool(rule.get("privacy")), _labels(name, rule["names"]))
        for name, rule in concepts.items()
    )


def _kinds() -> dict[str, tuple[str, ...]]:
    return {name: tuple(rule["needs"]) for name, rule in shipped_data("concepts")["kinds"].items()}


def _choice(column: Any) -> FormatColumn:
    return FormatColumn(
        column.name, column.type, column.needed, column.privacy != "", _labels(column.name, column.names)
    )


def _labels(name: str, spellings: Sequence[str]) -> dict[str, str]:
    """A column's name in both languages, from the spellings that files use."""
    chinese = next((n for n in spellings if not n.isascii()), name)
    english = next((n for n in spellings if n.isascii() and n != name), name.replace("_", " "))
    return {"zh-CN": chinese, "en": english}


def _unknown(mapped: MappedFile, mapping: Mapping) -> Iterable[UnknownWord]:
    for table, found in mapped.unknown_words.found.items():
        meanings = tuple(sorted(set(mapping.statuses[table].values())))
        for word, rows in found.most_common(20):
            yield UnknownWord(table, word, rows, meanings)


def _near(mappings: Sequence[Mapping], opened: OpenedFile) -> Iterable[NearFormat]:
    sample = opened.sample()
    fits: list[Fit] = [fit_mapping(m, opened.found.header, sample) for m in mappings if m.name != opened.mapping.name]
    best = sorted((fit for fit in fits if fit.confidence > 0), key=lambda fit: -fit.confidence)[:NEAR]
    return (NearFormat(f.mapping.name, f.mapping.labels, f.mapping.kind, f.confidence) for f in best)


def _text(value: Any, zone: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)
