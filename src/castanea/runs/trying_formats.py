"""Tries a file with the known formats without importing it, and proposes a mapping for one that none of them knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import yaml

from castanea.cleaning.choosing import Fit, fit_mapping, sample_frame
from castanea.cleaning.guessing import Guess, guess_mapping
from castanea.contracts.mappings import Mapping
from castanea.contracts.mappings.loading import parse_mapping
from castanea.contracts.sent import SentBatch
from castanea.contracts.table import Type
from castanea.contracts.tables import TABLES
from castanea.kit.errors import Conflict, InputError
from castanea.kit.yaml_reading import load_yaml
from castanea.runs.import_file import ImportFile, Outcome, Request

NEAR = 5  # formats told beside the one that fits
_NAME = re.compile(r"[a-z][a-z0-9_]{1,60}")


def is_format_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


@dataclass
class Counted:
    """A landing that keeps nothing but counts: rows per table, sums per money column, reasons of refused rows."""

    rows: Counter[str] = field(default_factory=Counter)
    sums: dict[str, Decimal] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)

    def seal(self, batches: Sequence[SentBatch]) -> Sequence[SentBatch]:
        return batches

    def keep(self, sealed: Sequence[SentBatch]) -> list[int]:
        for batch in sealed:
            if batch.table == "import_run":
                continue
            self.rows[batch.table] += batch.rows.num_rows
            for column in TABLES[batch.table].sent:
                if column.type is Type.MONEY and column.name in batch.rows.column_names:
                    total = pc.sum(batch.rows.column(column.name)).as_py()
                    key = f"{batch.table}.{column.name}"
                    if total is not None:
                        self.sums[key] = self.sums.get(key, Decimal(0)) + total
            if batch.rejects is not None:
                self.reasons.update(batch.rejects.column("reason").to_pylist())
        return [0]


@dataclass(frozen=True)
class Tried:
    """What a file would become. `near`: other formats, the most likely first, with what speaks against each."""

    outcome: Outcome
    confidence: float
    counted: Counted
    near: tuple[Fit, ...]
    guesses: tuple[Guess, ...]
    header: tuple[str, ...]
    unknown: tuple[str, ...]


def try_file(job: ImportFile, counted: Counted, mappings: Sequence[Mapping], request: Request) -> Tried:
    """Read the whole file as an import would, landing nothing. `job` must land in `counted`. Raises InputError as an import does."""
    with job.open(request) as opened:
        header = opened.found.header
        sample = sample_frame(header, opened.found.sample)
        fits = [fit_mapping(mapping, header, sample) for mapping in mappings if mapping.name != opened.mapping.name]
        near = sorted((fit for fit in fits if fit.places), key=_closeness, reverse=True)[:NEAR]
        unknown = tuple(header[i] for i in opened.reading.unknown)
        outcome = job.run(opened)
        return Tried(outcome, opened.reading.fit.confidence, counted, tuple(near), opened.guesses, header, unknown)


def _closeness(fit: Fit) -> tuple[float, float]:
    needed = [column for column in fit.mapping.columns.values() if column.needed]
    there = len(needed) - len(fit.lacks) - len(fit.against)
    return fit.confidence, there / max(len(needed), 1)


@dataclass(frozen=True)
class Proposal:
    """A mapping for a file, as YAML with the reasons for every guess, and the guesses. `fits`: a known format that reads the file."""

    text: str
    guesses: tuple[Guess, ...]
    unused: tuple[str, ...]
    fits: str


def propose(job: ImportFile, request: Request, name: str, like: Mapping | None = None) -> Proposal:
    """A mapping called `name` for a file: guessed from its columns, or a copy of `like`. Raises InputError where nothing can be guessed."""
    if not is_format_name(name):
        raise InputError(f"'{name}' is no name of a format; write small letters, digits and _, for example our_orders")
    with job.open(request) as opened:
        header, known = opened.found.header, "" if opened.guesses else opened.mapping.name
        sample = sample_frame(header, opened.found.sample)
    if like is not None:
        text = re.sub(r"(?m)^format:.*$", f"format: {name}", like.text, count=1)
        fit = fit_mapping(parse_mapping(text, name), header, sample)
        lacks = "".join(f"# needed and not in this file: {column}\n" for column in fit.lacks)
        unused = tuple(h for i, h in enumerate(header) if i not in fit.places.values())
        return Proposal(lacks + text, (), unused, known)
    fit, guesses = guess_mapping(header, sample, request.kind)
    unused = tuple(h for h in header if h not in {guess.column for guess in guesses})
    return Proposal(_written(name, fit.mapping, guesses, unused, request.path.name), guesses, unused, known)


def _written(name: str, mapping: Mapping, guesses: Sequence[Guess], unused: Sequence[str], file: str) -> str:
    """The guessed mapping with a comment on every guess: what the file's column was taken for and how sure that is."""
    told = load_yaml(mapping.text)
    sure = {guess.concept: guess for guess in guesses}
    found = {c: r for c, r in told["columns"].items() if r.get("names")}
    used = mapping_names(told, set(told["columns"]))
    head = {
        "format": name,
        "version": 1,
        "label": {"zh-CN": name, "en": name},
        "kind": told["kind"],
        "source": f"proposed from {file}",
    }
    lines = [
        "# Proposed by `castanea formats new`. Mend what is wrong; `castanea formats test FILE` shows what it does.",
        _yaml(head),
        "columns:\n",
    ]
    for concept, rule in found.items():
        guess = sure.get(concept)
        how = f"  # {guess.confidence:.0%} sure" if guess else ""
        lines.append(f"  {concept}: {_flow(rule)}{how}\n")
    for concept, rule in told["columns"].items():
        if concept not in found and concept in used:
            lines.append(f"  {concept}: {_flow(rule)}  # not found in the file: give its name as names: [...]\n")
    lines += [f"  # not used: {column}\n" for column in unused]
    rest = {key: told[key] for key in ("define", "rows", "also") if told.get(key)}
    rest |= {key: told[key] for key in ("currency_from", "shop_from", "version_from") if told.get(key) in found}
    return lines[0] + "\n" + "".join([*lines[1:], _yaml(rest)])


def mapping_names(told: dict[str, Any], known: set[str]) -> set[str]:
    """The columns that a mapping's rules name."""
    text = yaml.safe_dump({key: told.get(key) for key in ("define", "rows", "also")}, allow_unicode=True)
    return {name for name in known if re.search(rf"\b{re.escape(name)}\b", text)}


def _yaml(values: dict[str, Any]) -> str:
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=160) if values else ""


def _flow(rule: dict[str, Any]) -> str:
    return yaml.safe_dump(rule, allow_unicode=True, sort_keys=False, default_flow_style=True, width=1_000).strip()


def keep(folder: Path, name: str, text: str, *, over: bool = False) -> Path:
    """Write a mapping into the workspace's folder. Raises Conflict where one of the name is there and `over` is not said."""
    path = folder / f"{name}.yaml"
    if path.exists() and not over:
        raise Conflict(
            f"{path} exists already; give another --name, or say --over to replace it",
            code="formats.exists",
            values={"path": str(path)},
        )
    parse_mapping(text, path.name)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
