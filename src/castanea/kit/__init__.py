"""Generic helpers that know nothing of the product: errors, the one clock, money, zones, time grain, ids."""
