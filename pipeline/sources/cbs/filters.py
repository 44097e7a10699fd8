"""Which rows of a table are asked for, in the words of OData 3: areas by how their codes begin, dimensions by value."""

from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase, digits
from urllib.parse import quote

_LENGTHS = {"GM": 6, "WK": 8, "BU": 10, "PC": 6}
"""How long the codes of areas are: shorter is the beginning of several."""
_LONGEST = 1200
"""Characters of an encoded filter on areas: servers refuse long addresses (2,048 is usual)."""


def area_codes(gemeenten: Sequence[str]) -> list[str]:
    """Return how the codes of gemeenten, and of the wijken and buurten in them, begin."""
    return [level + gemeente.removeprefix("GM") for gemeente in gemeenten for level in ("GM", "WK", "BU")]


def row_filter(dimension: str, codes: Sequence[str], fixed: Mapping[str, Sequence[str]]) -> str:
    """Return the filter for rows of areas whose code begins with one of `codes`, with values per dimension."""
    parts = [_any_of(f"startswith({dimension},{_text(code)})" for code in codes)]
    parts += [_any_of(f"{key} eq {_text(value)}" for value in values) for key, values in fixed.items()]
    return " and ".join(parts)


def batches(dimension: str, codes: Sequence[str]) -> Iterator[list[str]]:
    """Yield the codes in groups that fit in an address."""
    batch: list[str] = []
    for code in codes:
        if batch and len(quote(row_filter(dimension, [*batch, code], {}))) > _LONGEST:
            yield batch
            batch = []
        batch.append(code)
    if batch:
        yield batch


def narrowed(codes: Sequence[str]) -> list[list[str]]:
    """Return groups of codes that cover the same areas with fewer in each; empty where a single area is left."""
    if len(codes) > 1:
        half = len(codes) // 2
        return [list(codes[:half]), list(codes[half:])]
    (code,) = codes
    if len(code) >= _LENGTHS.get(code[:2], 0):
        return []
    following = digits + ascii_uppercase if code[:2] in {"WK", "BU"} else digits
    return [[f"{code}{one}"] for one in following]


def _any_of(conditions: Iterator[str]) -> str:
    listed = list(conditions)
    return listed[0] if len(listed) == 1 else f"({' or '.join(listed)})"


def _text(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'"
