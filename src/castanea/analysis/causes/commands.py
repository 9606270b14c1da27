"""What can be asked of this part on a bare file."""

from __future__ import annotations

from castanea.analysis.common.asking import Command, Option

COMMANDS: tuple[Command, ...] = (
    Command("evidence", "diagnose", "causes.evidence:evidence", "SERIES", "why it deviated: what moved when and where it did", (
        Option("deviation", "file", "a cause of diagnose with from and until (.json, or a table of from, until, deviation, where)", required=True),
        Option("events", "file", "a file of time, kind, scope columns, text"),
    )),
    Command("geo", "predict", "causes.geo:geo", "PANEL", "what an action brought in some regions, against the others", (
        Option("unit", "column", "the region", required=True), Option("time", "column", "when (dates or whole numbers)", required=True),
        Option("value", "column", "what is measured", required=True), Option("treated", "list", "the regions where it ran, a,b", required=True),
        Option("from", "text", "when it began", required=True, into="begin"), Option("until", "text", "when it ended", default="", into="end"),
    ), seeded=True),
    Command("plan-campaign", "predict", "causes.plan_campaign:plan_campaign", "HISTORY", "what a campaign will bring, from past ones of the like", (
        Option("plan", "file", "the planned campaigns: the columns of HISTORY without results", required=True),
    ), seeded=True),
)  # fmt: skip
