"""Rules and alerts as they are kept: what fires, what is told again, and what people do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from castanea.alerts import READY, AlertDeed, RuleEdit, check_rule
from castanea.alerts.kept import Alerts, shown_at
from castanea.contracts.alert import AlertCause, AlertReading, AlertReadings, AlertRule, Watch
from castanea.kit.clock import FixedClock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Database

AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
RULE = AlertRule(
    "", "库存不足", "days_of_cover", Watch("threshold", "below", limit="5", margin="2"), each="product", window="now"
)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(AT)


@pytest.fixture
def alerts(tmp_path: Path, clock: FixedClock) -> Alerts:
    return Alerts(Database(tmp_path / "state.sqlite"), clock)


def read(rule: str, value: str | None, minute: int = 0, member: str = "P1") -> AlertReadings:
    return AlertReadings(rule, (AlertReading(member, f"商品 {member}", AT + timedelta(minutes=minute), value),), "days")


def test_a_figure_beyond_its_limit_fires_once_and_is_resolved_beyond_the_margin(alerts: Alerts) -> None:
    rule = alerts.make(RULE, "ann").rule.id
    assert alerts.evaluate([read(rule, "9", 0)]).changed == ()
    news = alerts.evaluate([read(rule, "4", 1)])
    assert [(a.member, a.name, a.fired.value, a.against, a.state) for a in news.fired] == [
        ("P1", "商品 P1", "4", "5", "firing")
    ]
    assert alerts.evaluate([read(rule, "3", 2)]).fired == ()
    assert alerts.evaluate([read(rule, "6", 3)]).fired == ()
    assert [a.latest.value for a in alerts.alerts()] == ["6"], "it has to come back by its margin"
    alerts.evaluate([read(rule, "8", 4)])
    assert alerts.alerts() == []
    story = alerts.story(news.fired[0].id)
    assert [act.kind for act in story.acts] == ["fired", "resolved"]
    assert [(step.state, step.value, step.against) for step in story.steps] == [
        ("ok", "9", "5"),
        ("firing", "4", "5"),
        ("resolved", "8", "7"),
    ]


def test_silence_is_no_end_of_an_alert(alerts: Alerts) -> None:
    rule = alerts.make(RULE, "ann").rule.id
    alerts.evaluate([read(rule, "4", 0)])
    alerts.evaluate([read(rule, None, 1)])
    assert [a.state for a in alerts.alerts()] == ["no_data"]
    assert alerts.evaluate([read(rule, "4", 2)]).fired == (), "the same alert goes on"
    assert [a.state for a in alerts.alerts()] == ["firing"]


def test_every_member_stands_by_itself(alerts: Alerts) -> None:
    rule = alerts.make(RULE, "ann").rule.id
    readings = tuple(AlertReading(f"P{n}", "", AT, str(n)) for n in range(40))
    assert len(alerts.evaluate([AlertReadings(rule, readings)]).fired) == 5
    assert alerts.rules()[0].instances == {"firing": 5, "ok": 35}


def test_what_was_read_earlier_does_not_undo_what_was_followed_since(alerts: Alerts) -> None:
    rule = alerts.make(RULE, "ann").rule.id
    alerts.evaluate([read(rule, "4", 5)])
    alerts.evaluate([read(rule, "9", 1)])
    assert [a.latest.value for a in alerts.alerts()] == ["4"]


def test_a_figure_that_late_data_corrected_is_followed_anew(alerts: Alerts) -> None:
    rule = alerts.make(RULE, "ann").rule.id
    alerts.evaluate([read(rule, "4", 0)])
    alerts.evaluate([read(rule, "9", 0)])
    assert alerts.alerts() == []


def test_people_acknowledge_assign_snooze_comment_and_close(alerts: Alerts, clock: FixedClock) -> None:
    rule = alerts.make(RULE, "ann").rule.id
    number = alerts.evaluate([read(rule, "4")]).fired[0].id
    alerts.do(number, AlertDeed("acknowledge"), "ann", {"ann", "bob"})
    alerts.do(number, AlertDeed("assign", to="bob"), "ann", {"ann", "bob"})
    alerts.do(number, AlertDeed("comment", text="已联系供应商"), "bob", {"ann", "bob"})
    snoozed = alerts.do(number, AlertDeed("snooze", minutes=60), "bob", {"ann", "bob"})
    assert (snoozed.acknowledged_by, snoozed.assignee, shown_at(snoozed, AT)) == ("ann", "bob", False)
    clock.move(timedelta(hours=2))
    assert shown_at(alerts.alert(number), clock.now())
    alerts.do(number, AlertDeed("close"), "bob", {"ann", "bob"})
    assert alerts.alerts() == []
    assert alerts.evaluate([read(rule, "3", 1)]).fired == (), (
        "who closed it knows; it fires again when it has recovered"
    )
    alerts.evaluate([read(rule, "9", 2)])
    assert len(alerts.evaluate([read(rule, "2", 3)]).fired) == 1
    for deed in (AlertDeed("assign", to="eve"), AlertDeed("comment", text=" "), AlertDeed("snooze", minutes=-1)):
        with pytest.raises(InputError):
            alerts.do(number, deed, "ann", {"ann"})
    with pytest.raises(NotFound):
        alerts.do("none", AlertDeed("acknowledge"), "ann", ())


def test_a_rule_that_watches_otherwise_begins_anew(alerts: Alerts) -> None:
    kept = alerts.make(RULE, "ann")
    alerts.evaluate([read(kept.rule.id, "4")])
    renamed = alerts.change(kept.rule.id, RuleEdit(1, replace(kept.rule, title="可售不足")), "ann")
    assert len(alerts.alerts()) == 1, "a name is no other rule"
    with pytest.raises(Conflict):
        alerts.change(kept.rule.id, RuleEdit(1, archived=True), "bob")
    alerts.change(kept.rule.id, RuleEdit(2, replace(renamed.rule, watch=replace(RULE.watch, limit="3"))), "ann")
    assert (alerts.alerts(), alerts.rules()[0].instances) == ([], {})
    alerts.change(kept.rule.id, RuleEdit(3, archived=True), "ann")
    assert (alerts.rules(), alerts.watching(), len(alerts.rules(archived=True))) == ([], [], 1)
    assert alerts.evaluate([read(kept.rule.id, "1")]).fired == ()


def test_a_cause_is_kept_with_its_alert_and_a_problem_with_its_rule(alerts: Alerts) -> None:
    rule = alerts.make(RULE, "ann").rule.id
    number = alerts.evaluate([read(rule, "4")]).fired[0].id
    alerts.set_cause(number, AlertCause(AT, "4", "5", {"zh-CN": "缺货", "en": "short"}))
    assert (told := alerts.alert(number).cause) is not None
    assert told.words["en"] == "short"
    alerts.evaluate([AlertReadings(rule, problem={"code": "query.unknown_metric", "message": "no metric"})])
    assert alerts.rules()[0].problem == {"code": "query.unknown_metric", "message": "no metric"}
    assert [a.state for a in alerts.alerts()] == ["firing"], "a rule that cannot be read resolves nothing"


@pytest.mark.parametrize(
    "rule",
    [
        replace(RULE, title=" "),
        replace(RULE, watch=Watch("threshold", "below")),
        replace(RULE, watch=Watch("change", "below", by="-0.2"), window="today"),
        replace(RULE, watch=Watch("change", "below", by="0.2")),
        replace(RULE, watch=Watch("unusual", "below"), window="today"),
        replace(RULE, watch=Watch("off_pace", by="0.1", target="t")),
        replace(RULE, most=1000),
        replace(RULE, lasting=-1),
        replace(RULE, watch=Watch("threshold", "below", limit="NaN")),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(alerts: Alerts, rule: AlertRule) -> None:
    with pytest.raises(InputError):
        alerts.make(rule, "ann")
    assert alerts.rules() == []


def test_the_rules_that_come_with_it_can_be_kept() -> None:
    for each in READY:
        for title in each.titles.values():
            assert check_rule(replace(each.rule, title=title)).title == title
        assert set(each.titles) == set(each.why) == {"zh-CN", "en"}


def test_a_rule_tells_how_its_numbers_stand(alerts: Alerts) -> None:
    rule = alerts.make(RULE, "ann").rule.id
    alerts.evaluate([read(rule, "4"), read(rule, "9", member="P2")])
    assert alerts.rule(rule).instances == {"firing": 1, "ok": 1}
    with pytest.raises(NotFound):
        alerts.rule("none")


def test_the_same_reading_read_again_is_the_same_alert(tmp_path: Path) -> None:
    alerts = Alerts(Database(tmp_path / "state.db"), FixedClock(datetime(2026, 11, 20, 4, tzinfo=UTC)))
    rule = alerts.make(
        AlertRule("", "x", "orders", Watch("threshold", "below", limit="5"), window="yesterday"), "a"
    ).rule
    told = [AlertReadings(rule.id, (AlertReading("", "", datetime(2026, 11, 19, 16, tzinfo=UTC), "1"),))]
    assert [len(alerts.evaluate(told).fired) for _ in range(3)] == [1, 0, 0]
    assert len(alerts.alerts()) == 1
