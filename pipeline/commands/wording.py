"""Durations, sizes, dates and lists as the commands write them, in Dutch."""

from collections.abc import Sequence
from datetime import date

from pipeline.publish.dutch_numbers import number
from pipeline.publish.labels import listing

BYTES_PER_MB = 1_000_000
_NAMES_SHOWN = 8
_DAYS_PER_MONTH = 365.25 / 12


def duration(seconds: float) -> str:
    """Write a duration no finer than it matters.

    Examples
    --------
    >>> duration(0.4), duration(34), duration(150), duration(5400)
    ('1 seconde', '34 seconden', '3 minuten', '1 uur en 30 minuten')
    """
    whole = max(1, round(seconds))
    if whole < 120:
        return f"{whole} seconde{'n' if whole > 1 else ''}"
    minutes = -(-whole // 60)
    if minutes < 60:
        return f"{minutes} minuten"
    rest = f" en {minutes % 60} {'minuut' if minutes % 60 == 1 else 'minuten'}" if minutes % 60 else ""
    return f"{minutes // 60} uur{rest}"


def clock(seconds: float) -> str:
    """Write a duration as a clock does, where room is short.

    Examples
    --------
    >>> clock(8), clock(95.2), clock(5400)
    ('0:08', '1:35', '1:30:00')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def megabytes(count: float) -> str:
    """Write a number of bytes.

    Examples
    --------
    >>> megabytes(2_677_097), megabytes(3_000), megabytes(1_400_000_000)
    ('2,7 MB', 'minder dan 0,1 MB', '1,4 GB')
    """
    size = count / BYTES_PER_MB
    if size < 0.05:
        return "minder dan 0,1 MB"
    return f"{number(size, 1)} MB" if size < 1000 else f"{number(size / 1000, 1)} GB"


def day(moment: date) -> str:
    """Write a date.

    Examples
    --------
    >>> day(date(2023, 1, 30))
    '30-01-2023'
    """
    return f"{moment:%d-%m-%Y}"


def age(days: int) -> str:
    """Write an age in years and months.

    Examples
    --------
    >>> age(1025), age(200), age(735)
    ('2 jaar en 9 maanden', '6 maanden', '2 jaar')
    """
    years, months = divmod(int(days / _DAYS_PER_MONTH), 12)
    parts = [f"{years} jaar"] if years else []
    if months or not years:
        parts.append(f"{months} maand{'en' if months != 1 else ''}")
    return listing(parts)


def names(all_of_them: Sequence[str]) -> str:
    """List names, the first few of many.

    Examples
    --------
    >>> names(["Zalk", "Wilsum"]), names(list("abcdefghij"))
    ('Zalk en Wilsum', 'a, b, c, d, e, f, g, h en nog 2')
    """
    rest = len(all_of_them) - _NAMES_SHOWN
    if rest <= 0:
        return listing(all_of_them)
    return listing([*all_of_them[:_NAMES_SHOWN], f"nog {rest}"])
