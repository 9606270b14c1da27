"""The scoring of the Numenta benchmark, by hand."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from bench.analysis.nab import LOW_FP, STANDARD, best_threshold, normalised, probation, raw_score, sigmoid


def test_the_curve_is_the_published_one() -> None:
    assert (sigmoid(0.0), sigmoid(3.01)) == (0.0, -1.0)
    assert sigmoid(-1.0) == pytest.approx(2 / (1 + exp(-5)) - 1)


def test_the_first_row_of_a_window_counts_one_and_the_last_nearly_nothing() -> None:
    window = [(500, 599)]
    assert raw_score([500], window, 1_000, STANDARD) == pytest.approx(1.0)
    assert raw_score([599], window, 1_000, STANDARD) == pytest.approx(sigmoid(-0.01) / sigmoid(-1))
    assert raw_score([599, 510, 550], window, 1_000, STANDARD) == raw_score([510], window, 1_000, STANDARD)


def test_a_missed_window_costs_one_and_a_false_alarm_its_weight() -> None:
    assert raw_score([], [(500, 599)], 1_000, STANDARD) == -1
    assert raw_score([400], [(500, 599)], 1_000, STANDARD) == pytest.approx(-1.11)
    assert raw_score([400], [], 1_000, LOW_FP) == pytest.approx(-0.22)
    assert raw_score([600], [(500, 599)], 1_000, STANDARD) == pytest.approx(-1 + 0.11 * sigmoid(1 / 99))
    assert raw_score([990], [(500, 599)], 1_000, STANDARD) == pytest.approx(-1.11)


def test_the_first_rows_of_a_file_are_not_scored() -> None:
    assert (probation(1_000), probation(100_000)) == (150, 750)
    assert raw_score([149], [], 1_000, STANDARD) == 0
    assert raw_score([150], [], 1_000, STANDARD) < 0


def test_saying_nothing_is_nought_and_all_at_once_a_hundred() -> None:
    assert normalised(-3, 3, STANDARD) == 0
    assert normalised(3, 3, STANDARD) == 100


def test_one_threshold_serves_all_files() -> None:
    high, low = np.zeros(1_000), np.zeros(1_000)
    high[500], low[200], low[800] = 0.9, 0.6, 0.7
    windows = {"a": [(500, 599)], "b": [(800, 899)]}
    threshold, score = best_threshold({"a": high, "b": low}, windows, STANDARD, [0.5, 0.65, 0.8])
    assert (threshold, score) == (0.65, 100)
