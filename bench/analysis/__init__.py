"""The analyses measured: `python -m bench.analysis [--check] [MODULE] [CASE …]`.

A module has CASES: name → function of no arguments that gives its lines. To add one, write it and name the module in MODULES."""

MODULES = (
    "describe",
    "diagnose",
    "forecast",
    "anomalies",
    "attribution",
    "customers",
    "effects",
    "pricing",
    "inventory",
    "slots",
    "causes",
    "geo",
    "campaigns",
)
