"""The analyses: functions from tables to answers, no I/O and no web."""
