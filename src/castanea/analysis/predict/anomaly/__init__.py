"""Anomalies in a stream of values: what each is compared with, how rare that is, and when to say so."""
