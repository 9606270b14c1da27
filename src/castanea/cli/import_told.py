"""What castanea import tells people, in their language, on standard error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from castanea.cli.program import told
from castanea.kit.messages import Locale, negotiate, say

if TYPE_CHECKING:
    from castanea.runs.import_file import ImportFile, OpenedFile, Outcome

FIGURES = ("received", "loaded", "duplicates", "superseded", "quarantined", "suspects")
SHOWN = 20  # quarantined rows told one by one
COLUMNS = 8  # of the preview


@dataclass(frozen=True)
class Teller:
    """Says sentences of the catalogue in one language."""

    locale: Locale

    def text(self, code: str, **values: object) -> str:
        return say(f"import.said.{code}", self.locale, values)

    def tell(self, code: str, **values: object) -> None:
        told(self.text(code, **values))

    def show(self, job: ImportFile, opened: OpenedFile) -> None:
        """How the file will be read, with its first rows."""
        found, reading = opened.found, opened.reading
        frame, says = job.preview(opened, language=self.locale)
        kind = f"{found.packing} {found.container}" if found.packing else found.container
        self.tell("file", file=opened.request.path.name, kind=kind, bytes=f"{found.bytes:,}")
        if found.container == "delimited":
            self.tell("text", encoding=found.encoding, delimiter=repr(found.delimiter), row=found.header_row)
        for title in found.titles:
            self.tell("title", title=title[:100])
        self.tell(
            "format",
            format=opened.mapping.name,
            confidence=f"{reading.fit.confidence:.0%}",
            zone=opened.zone,
            currency=opened.currency,
        )
        local = opened.exported_at.astimezone(ZoneInfo(opened.zone))
        self.tell(
            "exported",
            time=f"{local:%Y-%m-%d %H:%M}",
            zone=opened.zone,
            **{"from": self.text(f"from_{opened.exported_from}")},
        )
        for guess in opened.guesses:
            self.tell("guess", column=guess.column, concept=guess.concept, confidence=f"{guess.confidence:.0%}")
        for doubt in reading.doubts:
            code, _, column = doubt.partition(":")
            self.tell(f"doubt_{code}", column=column)
        for sentence in says:
            told(f"  {sentence}")
        if reading.unknown:
            self.tell("unused", columns=", ".join(reading.header[i] for i in reading.unknown))
        self._table(opened, frame)

    def _table(self, opened: OpenedFile, frame: Any) -> None:
        from rich.console import Console
        from rich.table import Table

        self.tell("preview", count=frame.height, zone=opened.zone)
        table = Table(box=None, pad_edge=False, header_style="bold")
        shown = [name for name in frame.columns if opened.mapping.columns[name].privacy == ""][:COLUMNS]
        for name in shown:
            own = opened.reading.header[opened.reading.fit.places[name]]
            table.add_column(f"{own}\n{name}", overflow="ellipsis", no_wrap=True, max_width=24)
        for row in frame.select(shown).iter_rows():
            table.add_row(*(_cell(value) for value in row))
        Console(stderr=True, highlight=False).print(table)

    def report(self, outcome: Outcome, waiting: dict[str, Any]) -> None:
        """What became of the rows; each quarantined one with its number in the file, the reason, and what to do. `waiting`: the quarantine's
        answer for this import."""
        figures = ", ".join(f"{self.text(name)} {getattr(outcome, name):,}" for name in FIGURES)
        self.tell("cancelled" if outcome.cancelled else "done", file=outcome.file, figures=figures)
        for note in outcome.notes:
            told(f"  {note}")
        for reason, count in sorted(outcome.reasons.items(), key=lambda item: -item[1]):
            self.tell("reason", count=f"{count:,}", reason=reason, says=self._says(reason))
        if not outcome.reasons:
            return
        rows = sorted(waiting["rows"], key=lambda row: row["source_row"] or 0)[:SHOWN]
        for row in rows:
            self.tell("row", row=row["source_row"], column=row["column"] or "", says=self._says(row["reason"]))
        if (more := sum(outcome.reasons.values()) - len(rows)) > 0:
            self.tell("more", count=f"{more:,}")
        self.tell("see", **{"import": outcome.import_id})

    def _says(self, reason: str) -> str:
        return say(f"quarantine.{reason}", self.locale, otherwise=reason)


def teller(language: str) -> Teller:
    """For a language as the terminal or the option names it (zh_CN.UTF-8, zh, en)."""
    return Teller(negotiate(language.split(".", maxsplit=1)[0].replace("_", "-"), ""))


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    text = "" if value is None else f"{value:f}" if type(value).__name__ == "Decimal" else str(value)
    return text.rstrip("0").rstrip(".") if type(value).__name__ == "Decimal" and "." in text else text
