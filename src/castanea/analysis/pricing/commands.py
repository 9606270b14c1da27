"""What can be asked of this part on a bare file."""

from __future__ import annotations

from castanea.analysis.common.asking import Command, Option

_SERIES = (
    Option("time", "column", "when (dates or whole numbers)", required=True), Option("value", "column", "what the channels bring", required=True),
    Option("spend", "columns", "what was spent, a column for each channel: tv,search", required=True),
    Option("controls", "columns", "what else moves the value: price,holiday (numbers, or words)", default=()),
    Option("season", "whole", "periods of a cycle, 1 = none; by default the calendar's", default=0),
)  # fmt: skip

COMMANDS: tuple[Command, ...] = (
    Command("price", "prescribe", "pricing.price:price", "SALES", "how units answer to price, and which price brings most", (
        Option("product", "column", "the product", required=True), Option("price", "column", "the price of a unit", required=True),
        Option("units", "column", "units sold", required=True), Option("time", "column", "when (dates or whole numbers)", default=""),
        Option("store", "column", "the store", default=""), Option("promotion", "columns", "promotions, 0 = none: deal,feat", default=()),
        Option("cost", "column", "the cost of a unit", default=""), Option("competitor", "column", "a competitor's price", default=""),
        Option("margin", "share", "the least gross margin that a price must leave (0.15 = 15 in 100)", default=0.0),
        Option("most-change", "share", "the largest change of a price (0.1 = 10 in 100); 0 = any inside what was tried", default=0.0),
        Option("corridor", "share", "how far from the competitor's price (0.1)", default=0.1),
    ), seeded=True),
    Command("media-mix", "predict", "pricing.media_mix:media_mix", "SERIES", "what each channel brought, with carry-over and saturation", _SERIES,
        seeded=True),
    Command("budget", "prescribe", "pricing.budget:budget", "SERIES", "how to divide a budget over channels, or what to test first", (
        *_SERIES, Option("total", "number", "what is to be divided", required=True),
        Option("bounds", "file", "a file of channel, min, max (over the same periods as the total)"),
        Option("periods", "whole", "how many periods the total is for; by default one, a season or the file's, whichever is nearest", default=0),
    ), seeded=True),
)  # fmt: skip
