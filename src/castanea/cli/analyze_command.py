"""castanea analyze: an analysis on a bare file, without a workspace."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from castanea.cli.program import told
from castanea.cli.wiring import Wiring
from castanea.kit.clock import monotonic

if TYPE_CHECKING:
    from castanea.analysis.common import Answer
    from castanea.analysis.common.asking import Command

OK, WRONG, TOO_LITTLE = 0, 2, 3
SHOWN_ROWS = 40
GROUPS = {"describe": "what happened", "diagnose": "why", "predict": "what will happen", "prescribe": "what to do"}


def register(app: typer.Typer, wiring: Wiring) -> None:
    del wiring

    @app.command(
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
        help="Analyse a CSV or Parquet file: castanea analyze --help lists what can be asked.",
    )
    def analyze(context: typer.Context) -> int:
        return run(context.args)


def run(arguments: Sequence[str]) -> int:
    """0 answered, 2 the call or the file is wrong, 3 not enough data. Raises InputError."""
    from castanea.analysis.commands import command
    from castanea.runs.analyze_file import check_output, read_table, write_answer

    begun = monotonic()
    try:
        given = _parser().parse_args(list(arguments))
    except SystemExit as ended:
        return int(ended.code or 0)
    asked = command(given.command)
    if given.output:
        check_output(given.output, tree=asked.tree)
    values = _values(asked, given)
    for option in asked.options:
        if option.kind == "file" and values.get(option.argument):
            values[option.argument] = read_table(values[option.argument], sys.stdin.buffer)
    answer = asked.run(read_table(given.file, sys.stdin.buffer), values)
    if given.output and answer.status == "ok":
        write_answer(answer, given.output)
    _tell(answer, given, asked, monotonic() - begun)
    return OK if answer.status == "ok" else TOO_LITTLE


def _values(asked: Command, given: argparse.Namespace) -> dict[str, Any]:
    """What was given, as the function takes it."""
    from castanea.analysis.common.asking import taken

    values = {option.argument: taken(option, getattr(given, option.argument)) for option in asked.options}
    common = {"seed": given.seed, "level": given.level} if asked.seeded else {}
    return {name: value for name, value in (values | common).items() if value is not None}


def _tell(answer: Answer, given: argparse.Namespace, asked: Command, seconds: float) -> None:
    """The answer on standard output, what goes with it on standard error."""
    from castanea.runs.analyze_file import envelope

    good = answer.status == "ok"
    if given.json:
        print(json.dumps(envelope(answer, seconds), ensure_ascii=False))
    elif good and not given.output:
        _show(answer, tree=asked.tree)
    if given.explain:
        print(answer.words[given.explain], file=sys.stderr if given.json else sys.stdout)
    if given.quiet or given.json:
        return
    for warning in answer.warnings:
        told(f"note: {warning.message}")
    if given.output and good:
        told(f"{answer.table.height:,} rows in {given.output}")
    if not good and not given.explain:
        told(answer.words["en"])


def _parser() -> argparse.ArgumentParser:
    from castanea.analysis.commands import COMMANDS

    parser = argparse.ArgumentParser(prog="castanea analyze", description="Ask a file a question.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="QUESTION")
    for command in COMMANDS:
        asked = commands.add_parser(
            command.name, help=f"{GROUPS[command.group]}: {command.help}", description=command.help, allow_abbrev=False
        )
        asked.add_argument(
            "file", metavar=command.input, help="a CSV (any usual encoding) or Parquet file; - = standard input"
        )
        for option in command.options:
            asked.add_argument(
                f"--{option.name}", dest=option.argument, required=option.required, help=option.help,
                **({"action": "store_true"} if option.kind == "flag" else {"choices": option.choices or None}),
            )  # fmt: skip
        asked.add_argument("--output", metavar="FILE", help="write the table (.csv, .parquet) or the answer (.json)")
        asked.add_argument("--json", action="store_true", help="print one JSON object")
        asked.add_argument("--explain", choices=("zh", "en"), help="say it in words")
        asked.add_argument("--seed", type=int, default=0, help="same seed, same answer (0)")
        asked.add_argument("--level", type=float, default=95, help="of intervals, in per cent (95)")
        asked.add_argument("--quiet", action="store_true", help="no notes")
    return parser


def _show(answer: Answer, *, tree: bool) -> None:
    """The answer for people, on standard output."""
    if tree:
        print(json.dumps(answer.tree, ensure_ascii=False, indent=1))
        return
    import polars as pl

    with pl.Config(
        tbl_rows=SHOWN_ROWS, tbl_cols=30, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, tbl_formatting="ASCII_MARKDOWN",
        fmt_str_lengths=60, float_precision=4, thousands_separator=",", tbl_width_chars=240,
    ):  # fmt: skip
        print(answer.table)
    if answer.table.height > SHOWN_ROWS:
        told(f"{answer.table.height:,} rows; --output FILE writes them all")
