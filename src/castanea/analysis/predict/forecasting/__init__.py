"""Forecasts of many series: members, their backtest, the combination, intervals, hierarchies."""
