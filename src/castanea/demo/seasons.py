"""When people buy: trend, weekdays, hours, months and festivals of a Chinese shop."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from castanea.demo.arrow import Floats

# share of a day's orders by hour, 0–23
HOURS: Floats = np.array(
    [
        2.6,
        1.5,
        0.9,
        0.6,
        0.5,
        0.7,
        1.3,
        2.4,
        3.8,
        5.2,
        6.2,
        5.9,
        5.6,
        5.3,
        5.2,
        5.1,
        4.9,
        4.7,
        4.8,
        6.0,
        7.6,
        8.2,
        6.6,
        4.4,
    ]
)
HOURS = HOURS / HOURS.sum()
WEEKDAYS: Floats = np.array([0.98, 0.96, 0.95, 0.97, 1.02, 1.08, 1.04])

# first day of Chinese New Year
SPRING_FESTIVAL = {
    2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2026: date(2026, 2, 17), 2027: date(2027, 2, 6), 2028: date(2028, 1, 26),
    2029: date(2029, 2, 13), 2030: date(2030, 2, 3),
}  # fmt: skip
FESTIVALS = (
    ("618", "618", "618", (6, 1), (6, 20), (6, 18)),
    ("double_11", "双 11", "Double 11", (10, 31), (11, 11), (11, 11)),
    ("double_12", "双 12", "Double 12", (12, 10), (12, 12), (12, 12)),
)


def festival_of(day: date) -> tuple[str, str, str, int] | None:
    """Code, Chinese and English name, and the day of the festival counted from its main day (0), or None."""
    for code, zh, en, first, last, main in FESTIVALS:
        if date(day.year, *first) <= day <= date(day.year, *last):
            return code, zh, en, (day - date(day.year, *main)).days
    new_year = SPRING_FESTIVAL.get(day.year)
    if new_year and -14 <= (day - new_year).days <= 7:
        return "spring_festival", "春节", "Spring Festival", (day - new_year).days
    return None


def festival_factor(day: date) -> float:
    """How many times the usual demand a day has for its festival."""
    found = festival_of(day)
    if found is None:
        return 1.0
    code, _, _, offset = found
    if code == "spring_festival":
        return 1.45 if offset < -4 else (0.75 if offset < 0 else 0.42)
    if offset == 0:
        return 2.9 if code == "double_11" else 2.3
    return 1.75 if abs(offset) <= 2 and code != "double_12" else 1.25


def day_factor(day: date, index: int) -> float:
    """Trend (a quarter more a year) × weekday × festival × a mild yearly wave."""
    trend = 1.25 ** (index / 365)
    wave = 1 + 0.08 * np.cos(2 * np.pi * (day.timetuple().tm_yday - 330) / 365)
    return float(trend * WEEKDAYS[day.weekday()] * festival_factor(day) * wave)


def month_affinity(day: date, peak_month: Floats) -> Floats:
    """How much a product whose season peaks in a month is liked on a day: 0.65 half a year away, 1.35 at its peak."""
    position = day.month - 1 + day.day / 31
    return np.asarray(1 + 0.35 * np.cos(2 * np.pi * (position - (peak_month - 0.5)) / 12))


def calendar_days(first: date, last: date) -> list[tuple[date, str, str, str, int, bool]]:
    """Festival days in a span: day, code, zh, en, day of the festival from 1 (its main day), whether a holiday."""
    rows = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        found = festival_of(day)
        if found:
            code, zh, en, offset = found
            rows.append(
                (
                    day,
                    code,
                    zh,
                    en,
                    offset + 1 if offset >= 0 else offset,
                    code == "spring_festival" and 0 <= offset < 7,
                )
            )
    return rows
