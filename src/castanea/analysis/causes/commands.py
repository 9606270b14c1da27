"""What can be asked of this part on a bare file."""

from __future__ import annotations

from castanea.analysis.common.asking import Command, Option

COMMANDS: tuple[Command, ...] = (
    Command("evidence", "diagnose", "causes.evidence:evidence", "SERIES", "why it deviated: what moved when and where it did", (
        Option("deviation", "file", "a cause of diagnose with from and until (.json, or a table of from, until, deviation, where)", required=True),
        Option("events", "file", "a file of time, kind, scope columns, text"),
    )),
)  # fmt: skip
