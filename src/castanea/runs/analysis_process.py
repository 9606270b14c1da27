"""The process that computes an analysis: a table of text from a file, as `castanea analyze` reads it, one answer to a file.

The server's own process never loads what analyses need; whatever goes wrong here ends here, and it is ended when somebody cancels.
"""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from castanea.contracts.analysis import MOST_ROWS
from castanea.kit.errors import CastaneaError

TABLE, RESULT = "table.csv", "result.json"


@dataclass(frozen=True)
class Work:
    """`options` as on the command line, as text; `files`: the options that are files of the folder."""

    folder: str
    command: str
    options: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """Either a verdict (the result lies in the folder), or why there is none."""

    verdict: str = ""
    code: str = ""
    message: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def main() -> None:
    """One `Work` from standard input, one `Ended` to standard output; libraries may print, elsewhere."""
    work = msgspec.json.decode(sys.stdin.buffer.readline(), type=Work)
    with contextlib.redirect_stdout(sys.stderr):
        ended = compute(work)
    sys.stdout.buffer.write(msgspec.json.encode(ended) + b"\n")


def compute(work: Work) -> Ended:
    """Compute and keep the result in the folder."""
    from castanea.analysis.commands import command
    from castanea.analysis.common.asking import taken
    from castanea.runs.analyze_file import envelope, read_table

    folder = Path(work.folder)
    asked = command(work.command)
    try:
        values = {o.argument: taken(o, work.options.get(o.name)) for o in asked.options if o.name not in work.files}
        files = {o.argument: read_table(str(folder / work.files[o.name]), sys.stdin.buffer) for o in asked.options if o.name in work.files}  # fmt: skip
        common = {"seed": 0, "level": 95.0} if asked.seeded else {}
        given = {name: value for name, value in (values | files | common).items() if value is not None}
        answer = asked.run(read_table(str(folder / TABLE), sys.stdin.buffer), given)
    except CastaneaError as refused:
        values = {name: str(value) for name, value in getattr(refused, "values", {}).items()}
        return Ended(code=refused.code, message=str(refused), values=values)
    kept = answer.table.head(MOST_ROWS)
    told = envelope(answer, 0.0) | {
        "words": dict(answer.words), "columns": kept.columns, "table": kept.rows(), "tree": answer.tree,
    }  # fmt: skip
    told.pop("seconds")
    part = folder / f"{RESULT}.part"
    part.write_bytes(msgspec.json.encode(told, enc_hook=str))
    part.replace(folder / RESULT)
    return Ended(verdict=answer.status)


if __name__ == "__main__":
    main()
