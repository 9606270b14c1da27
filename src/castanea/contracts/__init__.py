"""What the rooms agree on: canonical tables, log records, queries and answers, rollup plans, and the protocols between rooms."""
