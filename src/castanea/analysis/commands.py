"""The analyses that can be asked for on a bare file, and what each may be told. Their modules are imported when they are asked for."""

from __future__ import annotations

from castanea.analysis.causes.commands import COMMANDS as CAUSES
from castanea.analysis.common.asking import Command, Option
from castanea.analysis.customers.commands import COMMANDS as CUSTOMERS
from castanea.analysis.prescribe.commands import COMMANDS as PRESCRIBE
from castanea.analysis.pricing.commands import COMMANDS as PRICING

_USER = Option("user", "column", "whose events they are", required=True)
_SESSION = Option("session", "column", "count sessions instead of users", default="")
_EVENT = Option("event", "column", "what was done", required=True)
_TIME = Option("time", "column", "when", required=True)

COMMANDS: tuple[Command, ...] = (
    Command("describe", "describe", "describe.distribution:describe", "TABLE", "centre, spread and share of a value, by group", (
        Option("value", "column", "what is summed", required=True), Option("by", "columns", "the groups", default=()),
        Option("time", "column", "for the trend", default=""),
    )),
    Command("cohorts", "describe", "describe.cohorts:cohorts", "TABLE", "who comes again, by period of the first purchase", (
        Option("customer", "column", "who", required=True), _TIME, Option("value", "column", "what they spent", default=""),
        Option("every", "choice", "the period", default="month", choices=("day", "week", "month", "quarter", "year")),
    )),
    Command("segments", "describe", "describe.segments:segments", "TABLE", "customers by recency, frequency and value", (
        Option("customer", "column", "who", required=True), _TIME, Option("value", "column", "what they spent", required=True),
        Option("until", "text", "the day to look back from", default=""),
    )),
    Command("funnel", "describe", "describe.journeys:funnel", "EVENTS", "how many go on from step to step", (
        _USER, _SESSION, _EVENT, _TIME, Option("steps", "list", "the events in their order, a,b,c", required=True),
        Option("within", "text", "from the first step on, such as 7d", default=""),
    )),
    Command("paths", "describe", "describe.journeys:paths", "EVENTS", "what people do after or before an event", (
        _USER, _SESSION, _EVENT, _TIME, Option("from", "text", "the event that ways begin with", default="", into="start"),
        Option("to", "text", "the event that ways end with", default="", into="end"), Option("length", "whole", "further events of a way", default=5),
    )),
    Command("baskets", "describe", "describe.baskets:baskets", "TABLE", "what is bought together", (
        Option("basket", "column", "the basket", required=True), Option("item", "column", "the item", required=True),
        Option("support", "number", "least share of baskets", default=0.006), Option("confidence", "number", "least confidence", default=0.25),
    )),
    Command("keywords", "describe", "describe.words:keywords", "TABLE", "search words that rise, fall, find or sell nothing", (
        Option("keyword", "column", "the word", required=True), _TIME, Option("searches", "column", "how often it was searched", required=True),
        Option("results", "column", "how much was found", default=""), Option("orders", "column", "how much was sold", default=""),
    )),
    Command("share", "describe", "describe.market:share", "TABLE", "market share, and what moved it", (
        Option("brand", "column", "the brand", required=True), _TIME, Option("value", "column", "what is sold", required=True),
        Option("own", "text", "the own brand", required=True),
    )),
    Command("diagnose", "diagnose", "diagnose.localise:diagnose", "TABLE", "where a deviation lies", (
        Option("dims", "columns", "the dimensions, a,b,c", required=True), Option("actual", "columns", "what was", required=True),
        Option("expected", "columns", "what was expected", required=True), Option("derived", "text", "a ratio NUM/DEN", default=""),
        Option("case", "columns", "one diagnosis each", default=()),
    ), tree=True),
    Command("decompose", "diagnose", "diagnose.metric_tree:decompose", "TABLE", "what each factor brought to a change", (
        Option("tree", "text", 'the metric, such as "revenue = visitors * conversion * order_value"', required=True),
        Option("period", "column", "the period", required=True), Option("before", "text", "the period compared with", required=True),
        Option("after", "text", "the period asked about", required=True), Option("by", "column", "the groups", default=""),
    )),
    Command("forecast", "predict", "predict.forecast:forecast", "SERIES", "what comes next, with ranges that hold as often as they say", (
        Option("id", "column", "which series a row belongs to", default=""), Option("time", "column", "when (dates or whole numbers)", required=True),
        Option("value", "column", "what is forecast", required=True), Option("horizon", "whole", "how many periods ahead", required=True),
        Option("season", "whole", "periods of a cycle, 1 = none; by default the calendar's, or detected", default=0),
        Option("levels", "list", "of the intervals, in per cent (80,95)", default=("80", "95")),
        Option("future", "file", "a file of drivers for the times to come"), Option("drivers", "columns", "columns known ahead: price,promo", default=()),
        Option("hierarchy", "columns", "what the series belong to, coarsest first; forecasts add up", default=()),
        Option("stockout", "column", "1 where stock had run out", default=""),
    )),
    Command("anomalies", "predict", "predict.anomalies:anomalies", "SERIES", "values unlike the past, judged by the past alone", (
        Option("time", "column", "when (dates or whole numbers)", required=True), Option("value", "column", "what is watched", required=True),
        Option("id", "column", "which series a row belongs to", default=""),
        Option("season", "whole", "values of a cycle, 1 = none; by default the calendar's, or found in what has passed", default=0),
        Option("reset-per-id", "flag", "start from nothing with each series (they always do)", default=False),
    ), seeded=True),
    Command("attribute", "predict", "predict.attribution:attribute", "PATHS", "which channels conversions are put down to", (
        Option("path", "column", "the channels of a path, a > b > c", required=True),
        Option("separator", "text", "what stands between two channels (>)", default=">"),
        Option("conversions", "column", "how many converted", required=True), Option("value", "column", "what they brought", default=""),
        Option("nulls", "column", "how many took the path without converting", default=""),
    ), seeded=True),
    Command("abtest", "predict", "predict.experiments:abtest", "TABLE", "what an A/B test shows", (
        Option("unit", "column", "what was assigned, such as the customer", required=True), Option("variant", "column", "the arm", required=True),
        Option("control", "text", "the arm compared with", required=True), Option("outcome", "column", "what is compared", required=True),
        Option("covariate", "column", "known before the test, to narrow the interval", default=""),
        Option("sequential", "flag", "intervals that hold however often one looks", default=False),
    ), seeded=True),
    Command("clv", "predict", "predict.clv:clv", "TRANSACTIONS", "what each customer will still buy and spend", (
        Option("customer", "column", "who", required=True), Option("time", "column", "when (dates)", required=True),
        Option("value", "column", "what was spent", default=""), Option("until", "text", "the last day that is known", required=True),
        Option("horizon", "text", "how far ahead, such as 39w", required=True),
        Option("model", "choice", "how customers go on buying (auto)", default="auto", choices=("auto", "bg-nbd", "pareto-nbd")),
    ), seeded=True),
    Command("impact", "predict", "predict.impact:impact", "SERIES", "what a campaign or a change did to a series", (
        Option("time", "column", "when (dates or whole numbers)", required=True), Option("value", "column", "what may have changed", required=True),
        Option("controls", "columns", "series that were not touched: a,b", default=()),
        Option("from", "text", "the first time of the change", required=True, into="begin"),
        Option("until", "text", "the last time looked at", default="", into="end"),
    ), seeded=True),
    *CAUSES, *CUSTOMERS, *PRESCRIBE, *PRICING,
)  # fmt: skip


def command(name: str) -> Command:
    """Raises KeyError."""
    return {each.name: each for each in COMMANDS}[name]
