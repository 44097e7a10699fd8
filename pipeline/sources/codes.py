"""Codes of areas as sources write them, made alike."""

import re

import pandas as pd

_PATTERNS = {
    "gemeente": re.compile(r"^GM\d{4}$"),
    "wijk": re.compile(r"^WK\d{6}$"),
    "buurt": re.compile(r"^BU\d{8}$"),
    "postcode": re.compile(r"^[1-9]\d{3}$"),
}


def clean_codes(raw: pd.Series) -> pd.Series:
    """Return codes without padding, in capitals, postcodes as four digits (``PC1491`` and ``1491.0`` too)."""
    text = raw.astype("str").str.strip().str.upper()
    return text.str.replace(r"\.0$", "", regex=True).str.replace(r"^PC(?=\d{4}$)", "", regex=True)


def is_code(codes: pd.Series, level: str) -> pd.Series:
    """Say for each code whether it has the form of `level`."""
    return codes.str.match(_PATTERNS[level])


def is_any_code(codes: pd.Series) -> pd.Series:
    """Say for each code whether it has the form of any level."""
    pattern = "|".join(one.pattern for one in _PATTERNS.values())
    return codes.str.match(pattern)
