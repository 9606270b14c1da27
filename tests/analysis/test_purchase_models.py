"""How customers go on buying: the published parameters of CDNOW."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from castanea.analysis.predict.purchase_models import fit_bg_nbd, fit_pareto_nbd

DATA = Path(os.environ.get("CASTANEA_TEST_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))


@pytest.mark.parametrize(
    ("fit", "parameters", "likelihood"),
    [
        (fit_bg_nbd, (0.243, 4.414, 0.793, 2.426), -9582.4),
        (fit_pareto_nbd, (0.553, 10.578, 0.606, 11.669), -9595.0),
    ],
)
def test_the_published_parameters_are_found(fit, parameters, likelihood) -> None:  # type: ignore[no-untyped-def]
    path = DATA / "customers" / "cdnow" / "summary_39_weeks.csv"
    if not path.exists():
        pytest.skip(f"{path} is absent: set CASTANEA_TEST_DATA")
    found = fit(*(pl.read_csv(path)[c].cast(pl.Float64).to_numpy() for c in ("x", "t_x", "T")))
    assert tuple(round(v, 3) for v in found.parameters.values()) == pytest.approx(parameters, abs=1.1e-3)
    assert found.log_likelihood == pytest.approx(likelihood, abs=0.1)
