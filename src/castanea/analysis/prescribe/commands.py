"""What can be asked of this part on a bare file."""

from __future__ import annotations

from castanea.analysis.common.asking import Command, Option

COMMANDS: tuple[Command, ...] = (
    Command("reorder", "prescribe", "prescribe.reorder:reorder", "DEMAND", "when to order and how much, by demand over lead times", (
        Option("item", "column", "the item", required=True), Option("time", "column", "when (dates or whole numbers)", required=True),
        Option("quantity", "column", "how much was asked for", required=True),
        Option("stock", "file", "a file of item, on_hand, in_transit, committed, supplier"),
        Option("lead-times", "file", "a file of receipts: item, lead_time (periods), or item, ordered, received (dates)"),
        Option("lead-time", "text", "periods from order to receipt: a number or a column", default=""),
        Option("service", "share", "chance that demand is met until the order arrives", default=0.95),
        Option("holding", "text", "cost of a unit held for a period: a number or a column", default=""),
        Option("shortage", "text", "cost of a unit short for a period: a number or a column", default=""),
        Option("cost", "text", "cost of a unit: a number or a column", default=""), Option("budget", "number", "what all orders may cost"),
        Option("volume", "text", "volume of a unit: a number or a column", default=""), Option("space", "number", "the volume that all orders may take"),
        Option("pack", "text", "units of a pack: a number or a column", default=""),
        Option("minimum", "text", "least units of an order: a number or a column", default=""),
        Option("stockout", "column", "1 where stock had run out: demand is unknown then", default=""),
        Option("review", "whole", "periods between two looks at the stock, 0 = always watched", default=0),
        Option("cycle", "whole", "periods that an order covers; by default the mean lead time", default=0),
    ), seeded=True),
    Command("slots", "prescribe", "prescribe.slots:slots", "CLICKS", "which product in which position, the looks of a position taken out", (
        Option("item", "column", "the product", required=True), Option("position", "column", "where it was shown, 1 = first", required=True),
        Option("shown", "column", "how often it was shown there", required=True), Option("clicked", "column", "how often it was clicked there", required=True),
        Option("propensity", "column", "the chance of that item in that position", default=""),
    ), seeded=True),
)  # fmt: skip
