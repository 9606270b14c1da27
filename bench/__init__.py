"""Benchmarks: each prints its figures beside the limit of the machine, measured in the same run."""
