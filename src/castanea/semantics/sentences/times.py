"""Times and comparisons as people say them, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from castanea.contracts.query import Comparison, TimeRange

_DIGITS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNITS = {
    "分钟": "min", "小时": "h", "天": "d", "日": "d", "周": "w", "星期": "w", "个星期": "w", "个月": "m", "月": "m", "年": "y", "个小时": "h",
    "minute": "min", "hour": "h", "day": "d", "week": "w", "month": "m", "year": "y",
}  # fmt: skip
_NUMBER = r"(\d{1,4}|[一两二三四五六七八九十]{1,3}|半)"
_COUNT = rf"(\d{{1,4}}|{'|'.join(_ENGLISH)})"
_NAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)(?![a-z])\.?"
)
_DAY_ZH = r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]?"
_DAY_ISO = r"(\d{4})-(\d{1,2})-(\d{1,2})"
Found = TimeRange | Comparison


@dataclass(frozen=True)
class Said:
    """What was found at a place of the sentence, up to `end`."""

    value: Found
    end: int


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    make: Callable[[re.Match[str], date], Found | None]


def number_of(text: str) -> int:
    """12, 十二, 两, twelve; 0 for what is no number."""
    if text.isdigit():
        return int(text)
    if text in _ENGLISH:
        return _ENGLISH.index(text) + 1
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
    return _DIGITS.get(text, 0)


def time_at(text: str, place: int, today: date) -> Said | None:
    """The longest time or comparison that begins at this place of a casefolded sentence."""
    best: Said | None = None
    for rule in _RULES:
        found = rule.pattern.match(text, place)
        if found and (best is None or found.end() > best.end):
            value = rule.make(found, today)
            if value is not None:
                best = Said(value, found.end())
    return best


def _fixed(words: str, value: Found) -> _Rule:
    return _Rule(re.compile(words), lambda _match, _today: value)


def _last(match: re.Match[str], _today: date) -> Found | None:
    count, unit = match[1] or "1", match[2]
    if count == "半":
        return TimeRange("last 6m") if unit == "年" else None
    many = number_of(count)
    if not many:
        return None
    code = _UNITS[unit]
    if code == "w":
        return TimeRange(f"last {7 * many}d")
    if code == "y" or (code == "m" and many > 1):
        return TimeRange(f"last {many * (12 if code == 'y' else 1)}m")
    return TimeRange("last 30d" if code == "m" else f"last {many}{code}")


def _day(year: str | None, month: str, day: str, today: date) -> date | None:
    try:
        told = date(int(year) if year else today.year, int(month), int(day))
    except ValueError:
        return None
    return told.replace(year=told.year - 1) if not year and told > today else told


def _one_day(match: re.Match[str], today: date) -> Found | None:
    told = _day(match[1], match[2], match[3], today)
    return TimeRange(since=told, until=told) if told else None


def _days(match: re.Match[str], today: date) -> Found | None:
    until = _day(match[4] or match[1], match[5], match[6], today)
    since = until and _day(match[1] or str(until.year), match[2], match[3], today)
    if since is None or until is None:
        return None
    return TimeRange(since=since if since <= until else since.replace(year=since.year - 1), until=until)


def _since(match: re.Match[str], today: date) -> Found | None:
    told = _day(match[1], match[2], match[3], today)
    return TimeRange(since=told) if told else None


def _month(year: str | None, month: int, today: date) -> Found | None:
    if not 1 <= month <= 12:
        return None
    chosen = int(year) if year else today.year - (month > today.month)
    until = date(chosen + (month == 12), month % 12 + 1, 1) - timedelta(days=1)
    return TimeRange(since=date(chosen, month, 1), until=until)


def _months(year: int, first: int, count: int) -> TimeRange:
    after = first + count
    until = date(year + (after > 12), (after - 1) % 12 + 1, 1) - timedelta(days=1)
    return TimeRange(since=date(year, first, 1), until=until)


def _quarter(match: re.Match[str], today: date) -> Found | None:
    number = number_of(match[2] or match[3])
    if not 1 <= number <= 4:
        return None
    year = int(match[1] or match[4] or today.year)
    return _months(year, 3 * number - 2, 3)


def _last_quarter(_match: re.Match[str], today: date) -> Found | None:
    number = (today.month - 1) // 3
    return _months(today.year if number else today.year - 1, 3 * (number or 4) - 2, 3)


def _half(match: re.Match[str], today: date) -> Found | None:
    year = int(match[1]) if match[1] else today.year
    return _months(year, 1 if match[2] == "上" else 7, 6)


def _festival(month: int, day: int) -> Callable[[re.Match[str], date], Found | None]:
    def told(_match: re.Match[str], today: date) -> Found | None:
        found = date(today.year, month, day)
        found = found if found <= today else found.replace(year=today.year - 1)
        return TimeRange(since=found, until=found)

    return told


def _before(match: re.Match[str], today: date) -> Found | None:
    del match
    return TimeRange(since=today - timedelta(days=2), until=today - timedelta(days=2))


def _named_month(match: re.Match[str], today: date) -> Found | None:
    return _month(match[2], _MONTHS.index(match[1][:3]) + 1, today)


def _named_day(match: re.Match[str], today: date) -> Found | None:
    told = _day(match[3], str(_MONTHS.index(match[1][:3]) + 1), match[2], today)
    return TimeRange(since=told, until=told) if told else None


def _named_since(match: re.Match[str], today: date) -> Found | None:
    told = _day(match[3], str(_MONTHS.index(match[1][:3]) + 1), match[2] or "1", today)
    return TimeRange(since=told) if told else None


_AGAINST = r"(?:(?:和|与|跟|同|较|比|对比|相比)\s*)"
_VERSUS = r"(?:(?:compared (?:with|to)|against|versus|vs\.?|than)\s+(?:the )?)"
_END = r"(?![a-z])"
_RULES = (
    _fixed("今天|今日|当天|实时|today" + _END, TimeRange("today")),
    _fixed("昨天|昨日|yesterday" + _END, TimeRange("yesterday")),
    _Rule(re.compile("前天|the day before yesterday"), _before),
    _fixed("本周|这周|这个星期|这星期|this week" + _END, TimeRange("this week")),
    _fixed("上周|上个?星期|last week" + _END + "|previous week" + _END, TimeRange("last 1w")),
    _fixed("本月|这个?月|当月|this month" + _END, TimeRange("this month")),
    _fixed("上个?月|last month" + _END + "|previous month" + _END, TimeRange("last 1m")),
    _fixed("本季度?|这个?季度|this quarter" + _END, TimeRange("this quarter")),
    _Rule(re.compile("上个?季度|last quarter" + _END), _last_quarter),
    _fixed("今年以来|今年|本年|this year" + _END + "|year to date|ytd" + _END, TimeRange("this year")),
    _fixed("去年|上一?年|last year" + _END, TimeRange("last 1y")),
    _Rule(re.compile(rf"(?:最近|近|过去)的?{_NUMBER}?\s*({'|'.join(sorted((u for u in _UNITS if not u.isascii()), key=len, reverse=True))})"), _last),
    _Rule(re.compile(rf"(?:the )?(?:last|past|previous) (?:{_COUNT} )?(minute|hour|day|week|month|year)s{_END}"), _last),
    _Rule(re.compile(rf"(?:the )?past (?:{_COUNT} )?(minute|hour|day|week|month|year)s?{_END}"), _last),
    _Rule(re.compile(_DAY_ZH), _one_day),
    _Rule(re.compile(_DAY_ISO), _one_day),
    _Rule(re.compile(rf"{_DAY_ZH}\s*(?:到|至|-|~|—)\s*{_DAY_ZH}"), _days),
    _Rule(re.compile(rf"(?:from )?{_DAY_ISO}\s*(?:到|至|~|—|to|until|through)\s*{_DAY_ISO}"), _days),
    _Rule(re.compile(rf"(?:自|从)?{_DAY_ZH}(?:以来|起|开始|之后)"), _since),
    _Rule(re.compile(rf"since {_DAY_ISO}"), _since),
    _Rule(re.compile(r"(?:(\d{4})年)?(\d{1,2})月份?(?!\d)"), lambda m, today: _month(m[1], int(m[2]), today)),
    _Rule(re.compile(rf"{_NAME}(?: (?:of )?(\d{{4}}))?{_END}"), _named_month),
    _Rule(re.compile(rf"{_NAME} (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}}))?(?!\d)"), _named_day),
    _Rule(re.compile(rf"since {_NAME}(?: (\d{{1,2}})(?:st|nd|rd|th)?)?(?:,? (\d{{4}}))?(?!\d)"), _named_since),
    _Rule(re.compile(r"(\d{4})年(?!\d)"), lambda m, _today: _months(int(m[1]), 1, 12)),
    _Rule(re.compile(r"(20\d{2})(?![\d-])"), lambda m, _today: _months(int(m[1]), 1, 12)),
    _Rule(re.compile(r"(?:(\d{4})年?)?(?:第?([一二三四1-4])季度|q([1-4]))(?: (\d{4}))?"), _quarter),
    _Rule(re.compile(r"(?:(\d{4})年)?(上|下)半年"), _half),
    _Rule(re.compile("双(?:11|十一)|singles'? day|double 11"), _festival(11, 11)),
    _Rule(re.compile("双(?:12|十二)|double 12"), _festival(12, 12)),
    _Rule(re.compile(r"618(?!\d)|六一八"), _festival(6, 18)),
    _fixed(rf"同比|{_AGAINST}去年同?期?(?:相?比)?|{_VERSUS}last year{_END}|{_VERSUS}a year ago{_END}|year (?:over|on) year|yoy{_END}", "last_year"),
    _fixed(
        rf"环比|{_AGAINST}(?:上期|上一期|上一个周期|前一期|上个?月|上个?季度)(?:相?比)?|{_VERSUS}(?:previous|prior) period{_END}"
        rf"|{_VERSUS}(?:period|month|quarter) before{_END}|{_VERSUS}(?:previous|last) (?:month|quarter){_END}",
        "previous",
    ),
    _fixed(rf"周同比|{_AGAINST}上周同?期?(?:相?比)?|{_VERSUS}(?:last|previous) week{_END}|week (?:over|on) week|wow{_END}", "last_week"),
    _fixed(rf"日环比|{_AGAINST}昨[天日](?:相?比)?|{_VERSUS}yesterday{_END}", "yesterday"),
)  # fmt: skip
