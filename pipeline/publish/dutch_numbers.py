"""Numbers and dates as Dutch readers write them: 1.234,5; 5,5 km; 61 %; 190 (175–205); 1 oktober 2026."""

import datetime
import math

UNKNOWN = "onbekend"
_SLACK = 1e-9
"""Rounding noise of sums that must not widen an interval by a whole person."""


def number(value: float | None, decimals: int = 0) -> str:
    """Write a number with a decimal comma and points between thousands.

    Examples
    --------
    >>> number(1234.56, 1)
    '1.234,6'
    """
    if value is None:
        return UNKNOWN
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def rate(value: float | None) -> str:
    """Write a density: whole above ten, with one decimal below."""
    return number(value, 0 if value is None or value >= 10 else 1)


def distance(metres: float | None) -> str:
    """Write a walked distance no finer than it is known: tens of metres, tenths of kilometres, whole ones from ten.

    Examples
    --------
    >>> distance(483.2), distance(5480), distance(12345)
    ('480 m', '5,5 km', '12 km')
    """
    if metres is None:
        return UNKNOWN
    tens = round(metres / 10) * 10
    if tens < 1000:
        return f"{tens} m"
    return f"{number(metres / 1000, 1 if metres < 9950 else 0)} km"


def distance_range(low_m: float, high_m: float) -> str:
    """Write a range of walked distances, or one where both ends read the same.

    Examples
    --------
    >>> distance_range(561, 598), distance_range(912, 1130), distance_range(561, 563)
    ('560–600 m', '910 m–1,1 km', '560 m')
    """
    low, high = distance(low_m), distance(high_m)
    if low == high:
        return low
    return f"{low.removesuffix(' m') if high.endswith(' m') else low.removesuffix(' km')}–{high}"


def norm_distance(metres: float) -> str:
    """Write a norm exactly as it was set.

    Examples
    --------
    >>> norm_distance(800), norm_distance(1500), norm_distance(1250)
    ('800 m', '1,5 km', '1,25 km')
    """
    value, unit = (metres, "m") if metres < 1000 else (metres / 1000, "km")
    return f"{value:.10g} {unit}".replace(".", ",")


def share(value: float | None, threshold: float | None = None) -> str:
    """Write a share (0-1) as a percentage; 0 %, 100 % and a threshold are written only when they are exactly so.

    Examples
    --------
    >>> share(0.614), share(0.002), share(0.504, threshold=0.5)
    ('61 %', 'minder dan 1 %', '50,4 %')
    """
    if value is None:
        return UNKNOWN
    percent = value * 100
    whole = math.floor(percent + 0.5)
    if abs(percent - whole) < _SLACK:
        return f"{whole} %"
    if whole == 0:
        return "minder dan 1 %"
    if whole == 100:
        return "ruim 99 %"
    if threshold is not None and whole == round(threshold * 100):
        away = math.ceil if percent > whole else math.floor
        return f"{number(away(percent * 10) / 10, 1)} %"
    return f"{whole} %"


def share_interval(low: float | None, high: float | None, threshold: float | None = None) -> str:
    """Write the interval of a share, or one percentage where both ends read the same.

    Examples
    --------
    >>> share_interval(0.614, 0.7), share_interval(0.002, 1)
    ('61–70 %', '<1–100 %')
    """
    if low is None or high is None:
        return UNKNOWN
    ends = share(low, threshold), share(high, threshold)
    return ends[0] if ends[0] == ends[1] else f"{ends[0].removesuffix(' %').replace('minder dan ', '<')}–{ends[1]}"


def people_bounds(low: float | None, high: float | None) -> str:
    """Write an interval of people, rounded outwards so that it holds what is meant.

    Examples
    --------
    >>> people_bounds(57.2, 77.4)
    '57–78'
    """
    if low is None or high is None:
        return UNKNOWN
    ends = number(math.floor(low + _SLACK)), number(math.ceil(high - _SLACK))
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def persons(count: str) -> str:
    """Put the noun behind a written number of people."""
    return f"{count} {'mens' if count == '1' else 'mensen'}"


_MONTHS = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
           "november", "december")  # fmt: skip


def date(text: str) -> str:
    """Write a date that is given as year-month-day.

    Examples
    --------
    >>> date("2026-10-01")
    '1 oktober 2026'
    """
    day = datetime.date.fromisoformat(text)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
