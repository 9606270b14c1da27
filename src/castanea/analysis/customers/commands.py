"""What can be asked of this part on a bare file."""

from __future__ import annotations

from castanea.analysis.common.asking import Command, Option

TRIAL = (
    Option("treatment", "column", "the arm of each row", required=True), Option("treated", "text", "the arm that was treated", required=True),
    Option("control", "text", "the arm that was not", required=True),
    Option("outcome", "column", "what came of it: a number, or yes and no", required=True),
    Option("features", "columns", "what was known before: age,visits,channel (numbers or words)", required=True),
)  # fmt: skip
ASKED = (
    Option("score", "file", "a file of rows to score, with the same features; by default the trial's own"),
    Option("row", "column", "what a scored row is called; by default its number from 0", default=""),
)

COMMANDS: tuple[Command, ...] = (
    Command("propensity", "predict", "customers.propensity:propensity", "TRAIN", "how likely each row is to be a yes, and which features give it away", (
        Option("outcome", "column", "what happened: 1 and 0, true and false, yes and no", required=True),
        Option("features", "columns", "what was known of each row: age,visits,channel (numbers or words)", required=True),
        Option("time", "column", "when (dates or whole numbers): later rows are then foretold from earlier ones", default=""),
        Option("score", "file", "a file of rows to score, with the same features"),
        Option("row", "column", "what a scored row is called; by default its number from 0", default=""),
    ), seeded=True),
    Command("recommend", "prescribe", "customers.recommend:recommend", "INTERACTIONS", "the next products of each customer", (
        Option("user", "column", "the customer", required=True), Option("item", "column", "the product", required=True),
        Option("order", "column", "when, or which in turn (dates or whole numbers)", required=True),
        Option("basket", "column", "what was taken together; by default what has the same customer and order", default=""),
        Option("k", "whole", "how many a customer (10)", default=10),
        Option("repeat", "choice", "whether to offer what the customer had before; by default the data decide", default="", choices=("yes", "no")),
        Option("users", "file", "for whom: a file with a column of customers; by default for all"),
        Option("items", "file", "what may be offered: a file with a column of products; by default all"),
    ), seeded=True),
    Command("uplift", "predict", "customers.uplift:uplift", "TRAIN", "whom a treatment moves, from a trial with a control group",
        (*TRIAL, *ASKED), seeded=True),
    Command("offers", "prescribe", "customers.uplift:offers", "TRAIN", "to whom an offer is worth giving, by expected profit", (
        *TRIAL, Option("profit", "number", "profit of one outcome", required=True),
        Option("offer-cost", "number", "cost of an offer given", required=True), Option("budget", "number", "what all offers may cost"), *ASKED,
    ), seeded=True),
)  # fmt: skip
