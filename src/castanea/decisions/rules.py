"""When a decision may go on to its next state, and what may still be changed in it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from castanea.decisions.model import STATES, Decision, DecisionChange, DecisionStep, Effect, Goal, Option, State
from castanea.kit.errors import InputError

MOST_OPTIONS, MOST_TASKS = 12, 100
_FIXED_ONCE_DECIDED = ("question", "kind", "options")  # what was decided on stays what it was


def refused(why: str, valid: str, code: str = "decision.not_yet") -> InputError:
    return InputError(f"{why}; {valid}. Nothing was changed.", code=code, values={"why": why, "valid": valid})


def check_step(decision: Decision, step: DecisionStep, today: date) -> None:
    """Raises InputError when the step is not the next one, or something that it needs is missing."""
    at = STATES.index(decision.state)
    following: tuple[State, ...] = STATES[at + 1 : at + 2]
    if decision.state in ("open", "decided"):  # what is dropped is closed without an effect
        following += ("closed",)
    if step.to not in following:
        raise refused(f"{decision.state} does not become {step.to}", f"next: {', '.join(following) or 'nothing'}")
    if step.to == "decided":
        _check_decided(decision, step)
    elif step.to == "in_effect" and date.fromisoformat(decision.goal.begins) > today:
        raise refused(f"it takes effect on {decision.goal.begins}", "wait for that day, or change it")
    elif step.to == "measured" and decision.effect is None:
        raise refused("its effect has not been measured yet", "measure it first")
    elif step.to == "closed" and decision.state != "measured" and not step.reasons.strip():
        raise refused("it is closed without an effect", "say why in `reasons`")


def _check_decided(decision: Decision, step: DecisionStep) -> None:
    names = [option.id for option in decision.options]
    if step.chosen not in names:
        raise refused(f"there is no option {step.chosen!r}", f"options: {', '.join(names) or 'none yet'}")
    if not step.reasons.strip():
        raise refused("the reasons are empty", "say why this option")
    goal = decision.goal
    if not (goal.metric and goal.begins and goal.review):
        raise refused("metric, begin or review day is missing", "say where and when it should show")


def check_goal(goal: Goal) -> None:
    """Raises InputError for days that are none, and a review before anything can show."""
    days = {name: _day(name, text) for name, text in (("begins", goal.begins), ("review", goal.review)) if text}
    if len(days) == 2 and days["review"] <= days["begins"]:
        raise refused("the review lies before the begin", "choose a later review day", "decision.bad_field")
    _decimal("expected", goal.expected)


def check_options(options: tuple[Option, ...]) -> None:
    """Raises InputError for names that are double, numbers that are none, an interval that does not hold its effect."""
    if len(options) > MOST_OPTIONS or len({o.id for o in options}) < len(options) or any(not o.id for o in options):
        raise refused(
            "options lack a name, or share one", f"up to {MOST_OPTIONS}, each with its own id", "decision.bad_field"
        )
    for option in options:
        _decimal("cost", option.cost)
        low, middle, high = (_decimal("effect", t) for t in (option.effect_lo, option.effect, option.effect_hi))
        known = [each for each in (low, middle, high) if each is not None]
        if known != sorted(known):
            raise refused(
                f"the interval of {option.title!r} does not hold its effect", "lo ≤ effect ≤ hi", "decision.bad_field"
            )


def check_change(decision: Decision, change: DecisionChange) -> None:
    """Raises InputError for what is settled by now."""
    if decision.state == "closed":
        raise refused("the decision is closed", "make a new one", "decision.settled")
    if decision.state != "open":
        late = [name for name in _FIXED_ONCE_DECIDED if getattr(change, name) is not None]
        if late:
            raise refused(
                f"{', '.join(late)} stay as they were decided on", "tasks, team and goal may change", "decision.settled"
            )
    old, new = decision.goal, change.goal
    if (
        decision.state in ("in_effect", "measured")
        and new is not None
        and (old.metric, old.where, old.begins, old.expected) != (new.metric, new.where, new.begins, new.expected)
    ):
        raise refused("what it is measured by is settled once it is in effect", "only the review day may move", "decision.settled")  # fmt: skip
    if change.options is not None:
        check_options(change.options)
    if new is not None:
        check_goal(new)


def approval_needed(decision: Decision, chosen: str, above: Decimal | None) -> bool:
    """Whether the option's cost asks for a second person. An unknown cost does, where a bound is set at all."""
    if above is None:
        return False
    option = next(each for each in decision.options if each.id == chosen)
    cost = _decimal("cost", option.cost)
    return cost is None or cost > above


def verdict_of(effect_lo: float | None, effect_hi: float | None, better: str) -> str:
    """By the 80 % interval alone: worked, did_harm, cannot_tell."""
    if effect_lo is None or effect_hi is None or effect_lo <= 0 <= effect_hi:
        return "cannot_tell"
    return "worked" if (effect_lo > 0) == (better == "more") else "did_harm"


def due_for_review(decision: Decision, now: datetime) -> bool:
    return (
        decision.state == "in_effect" and bool(decision.goal.review) and decision.goal.review <= now.date().isoformat()
    )


def hit(effect: Effect) -> bool | None:
    """Whether it worked; None where nobody can tell, which counts neither way."""
    return None if effect.verdict == "cannot_tell" else effect.verdict == "worked"


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as bad:
        raise refused(f"{name} is {text[:40]!r}", "a day such as 2026-11-20", "decision.bad_field") from bad


def _decimal(name: str, text: str) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation as bad:
        raise refused(f"{name} is {text[:40]!r}", "a number such as 1200.50, or empty", "decision.bad_field") from bad
    if not number.is_finite():
        raise refused(f"{name} is {text[:40]!r}", "a finite number", "decision.bad_field")
    return number
