"""Codes of areas, and unknown values, as sources write them, made alike."""

import re

import pandas as pd

_PATTERNS = {
    "gemeente": re.compile(r"^GM\d{4}$"),
    # Since 2022 wijken of Amsterdam have letters behind the number of the gemeente: WK0363AA, BU0363AA01.
    "wijk": re.compile(r"^WK\d{4}[0-9A-Z]{2}$"),
    "buurt": re.compile(r"^BU\d{4}[0-9A-Z]{2}\d{2}$"),
    "postcode": re.compile(r"^[1-9]\d{3}$"),
}
_LARGER = re.compile(r"^(NL|LD|PV|CR)\d{2}$")
"""The country, its parts and provinces, and COROP areas: in many tables of CBS they stand between the gemeenten."""

_UNKNOWN = re.compile(r"^\s*(|\.|(-99997|-99995|-99999999)(\.0+)?|nan)\s*$")
"""How CBS writes unknown or secret; in areas of PDOK -99995 is not published yet, and before 2023 all are -99999999."""


def clean_codes(raw: pd.Series) -> pd.Series:
    """Return codes without padding, in capitals, postcodes as four digits (``PC1491`` and ``1491.0`` too)."""
    text = raw.astype("str").str.strip().str.upper()
    return text.str.replace(r"\.0$", "", regex=True).str.replace(r"^PC(?=\d{4}$)", "", regex=True)


def is_code(codes: pd.Series, level: str) -> pd.Series:
    """Say for each code whether it has the form of `level`."""
    return codes.str.match(_PATTERNS[level]).fillna(False).astype("bool")


def is_any_code(codes: pd.Series) -> pd.Series:
    """Say for each code whether it has the form of any level."""
    pattern = "|".join(one.pattern for one in _PATTERNS.values())
    return codes.str.match(pattern)


def level_of(codes: pd.Series) -> pd.Series:
    """Return the level of each code; missing where it has the form of none."""
    found = {
        code: next((name for name, form in _PATTERNS.items() if form.match(code)), None) for code in codes.unique()
    }
    return codes.map(found).astype("str")


def is_larger_area(codes: pd.Series) -> pd.Series:
    """Say for each code whether it is that of an area larger than a gemeente, for which no figure is read."""
    return codes.str.match(_LARGER)


def is_unknown(raw: pd.Series) -> pd.Series:
    """Say for each value whether it is missing, or written as CBS writes unknown or secret."""
    return raw.isna() | raw.astype("str").str.match(_UNKNOWN).fillna(True).astype("bool")
