"""Why a number deviated: planted causes, decoys, and honest ignorance."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from castanea.analysis.causes import CLASSES, Deviation, NotEnough, kind_of, why
from castanea.cli.analyze_command import run

FIRST = date(2026, 5, 4)
BEGIN, END = 70, 76


def rows(kind: str, values: np.ndarray, **scope: str) -> pl.DataFrame:
    days = [FIRST + timedelta(n) for n in range(len(values))]
    return pl.DataFrame({"time": days, "kind": kind, "value": values.astype(float), "product": scope.get("product"), "channel": scope.get("channel")},
                        schema_overrides={"product": pl.String, "channel": pl.String})  # fmt: skip


def steady(seed: int, level: float, noise: float = 0.05, days: int = 90) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return level * (1 + noise * rng.standard_normal(days))


def table(
    *, stock_gone: tuple[int, int] | None = None, spend_cut: tuple[int, int] | None = None, everywhere: bool = False
) -> pl.DataFrame:
    parts = []
    for n, product in enumerate(("P1", "P2", "P3")):
        stock = steady(n, 300)
        if stock_gone and (product == "P1" or everywhere):
            stock[slice(*stock_gone)] = 0
        parts += [
            rows("stock", stock, product=product),
            rows("competitor_price", steady(n + 10, 50, 0.01), product=product),
        ]
    for n, channel in enumerate(("jd", "tmall")):
        spend = steady(n + 20, 1000, 0.08)
        if spend_cut and channel == "jd":
            spend[slice(*spend_cut)] = 100
        parts.append(rows("ad_spend", spend, channel=channel))
    return pl.concat(parts)


def asked(**where: str) -> Deviation:
    begin, end = (datetime.fromisoformat(str(FIRST + timedelta(n))) for n in (BEGIN, END))
    return Deviation(where, begin, end, -100.0, -0.5, "paid_amount")


def test_a_stock_out_in_the_scope_is_named_with_its_series_and_its_comparison() -> None:
    found = why(table(stock_gone=(BEGIN, END + 1)), asked(product="P1"))
    first = found.causes[0]
    assert (first.cause_class, first.grade) == ("supply", "likely")
    assert first.probability > 0.9
    seen = first.evidence[0]
    assert (seen.kind, seen.scope, seen.compared) == ("stock", {"product": "P1"}, 2)
    assert seen.during == 0
    assert seen.before == pytest.approx(300, rel=0.1)
    assert len(seen.times) == len(seen.values) > 30
    assert "供应" in found.words["zh"]
    assert "supply" in found.words["en"]


def test_the_probabilities_of_all_classes_sum_to_one() -> None:
    causes = why(table(stock_gone=(BEGIN, END + 1)), asked(product="P1")).causes
    assert {c.cause_class for c in causes} == set(CLASSES)
    assert sum(c.probability for c in causes) == pytest.approx(1)


def test_where_nothing_moved_the_cause_is_unknown_and_the_words_say_so() -> None:
    found = why(table(), asked(product="P1"))
    assert found.causes[0].cause_class == "unknown"
    assert "不明" in found.words["zh"]
    assert {"quality", "site", "data"} <= set(found.without)


def test_what_began_after_the_deviation_is_not_called_its_cause() -> None:
    assert why(table(stock_gone=(BEGIN + 4, 89)), asked(product="P1")).causes[0].cause_class == "unknown"


def test_what_was_over_long_before_is_not_called_its_cause() -> None:
    assert why(table(stock_gone=(30, 36)), asked(product="P1")).causes[0].cause_class == "unknown"


def test_what_happened_in_another_place_is_not_called_the_cause() -> None:
    assert why(table(stock_gone=(BEGIN, END + 1)), asked(product="P2")).causes[0].cause_class == "unknown"


def test_what_moved_everywhere_does_not_explain_a_single_place() -> None:
    gone = table(stock_gone=(BEGIN, END + 1), everywhere=True)
    assert why(gone, asked(product="P1")).causes[0].cause_class == "unknown"


def test_advertising_switched_off_in_the_channel_is_marketing() -> None:
    found = why(table(spend_cut=(BEGIN, END + 1)), asked(channel="jd"))
    assert found.causes[0].cause_class == "marketing"


def test_an_event_just_before_speaks_and_one_after_does_not() -> None:
    def events(day: int) -> pl.DataFrame:
        return pl.DataFrame({"time": [FIRST + timedelta(day)], "kind": ["release"], "text": ["new checkout"]})

    before = why(table(), asked(), events(BEGIN)).causes
    assert before[0].cause_class == "site"
    assert "new checkout" in before[0].evidence[0].text["en"]
    assert why(table(), asked(), events(BEGIN + 2)).causes[0].cause_class == "unknown"


def test_the_order_of_rows_does_not_matter() -> None:
    whole = table(stock_gone=(BEGIN, END + 1))
    shuffled = whole.sample(fraction=1, shuffle=True, seed=5)
    assert why(whole, asked(product="P1")) == why(shuffled, asked(product="P1"))


def test_too_little_past_is_said() -> None:
    early = Deviation(
        {}, datetime.fromisoformat(str(FIRST + timedelta(4))), datetime.fromisoformat(str(FIRST + timedelta(6)))
    )
    with pytest.raises(NotEnough):
        why(table(), early)


@pytest.mark.parametrize(
    ("name", "cause"),
    [("reviews_negative", "quality"), ("return_rate", "quality"), ("ad_spend", "marketing"), ("price_gap", "competition"),
     ("competitor_promotion", "competition"), ("stock", "supply"), ("lead_time", "supply"), ("rows_received", "data"),
     ("checkout_errors", "site"), ("page_load_ms", "site"), ("late_rows", "data"), ("差评数", "quality"), ("promotion_ended", "marketing")],
)  # fmt: skip
def test_names_of_kinds_are_read(name: str, cause: str) -> None:
    read = kind_of(name)
    assert read is not None
    assert read.kind.cause_class == cause


def test_a_cause_of_diagnose_as_json_is_read_with_its_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table(stock_gone=(BEGIN, END + 1)).write_csv(tmp_path / "series.csv")
    cause = {"where": {"product": "P1"}, "deviation": -55.0, "share": 0.9, "score": 12.0}
    times = {"from": str(FIRST + timedelta(BEGIN)), "until": str(FIRST + timedelta(END))}
    for told in ({**cause, **times}, [{**cause, **times}], {"all": [cause], **times}):
        (tmp_path / "cause.json").write_text(json.dumps(told))
        assert (
            run(["evidence", str(tmp_path / "series.csv"), "--deviation", str(tmp_path / "cause.json"), "--json"]) == 0
        )
        assert json.loads(capsys.readouterr().out)["summary"]["cause_class"] == "supply"
