"""Whether figures are about the areas that people live in: by code, counted over dwellings."""

import pandas as pd

from pipeline.config.params import LimitSettings
from pipeline.config.values import LEVELS
from pipeline.errors import SourceError, raise_faults

_FORMS = {"buurt": r"^BU", "wijk": r"^WK", "gemeente": r"^GM", "postcode": r"^\d"}
_CODES_SHOWN = 3
_DECIMALS = 4


def matched_shares(figures: pd.DataFrame, dwellings: pd.DataFrame) -> dict[str, float]:
    """Return per file of figures the share of the dwellings that it has a row for, at whatever level of area.

    Parameters
    ----------
    figures, dwellings
        As their contracts have them; there is at least one dwelling.
    """
    count, codes = _codes_of_dwellings(dwellings)
    return {
        str(source): round(float(count[codes.isin(set(rows)).any(axis=1)].sum() / count.sum()), _DECIMALS)
        for source, rows in figures.groupby("source")["area_code"]
    }


def require_match(figures: pd.DataFrame, dwellings: pd.DataFrame, limits: LimitSettings) -> None:
    """Raise SourceError for every file of figures that is not about these dwellings.

    It has codes of a level of which no dwelling has any, or rows for fewer than `limits.matched_share` of them.
    """
    _, codes = _codes_of_dwellings(dwellings)
    shares = matched_shares(figures, dwellings)
    faults = []
    for source, rows in figures.groupby("source")["area_code"]:
        strange = [fault for level in LEVELS if (fault := _strange_level(rows, codes[f"{level}_code"], level))]
        if not strange and shares[str(source)] < limits.matched_share:
            strange = [f"heeft maar voor {shares[str(source)]:.0%} van de woningen een rij"]
        faults += [f"{source}: {one}; neem cijfers en grenzen van hetzelfde jaar en gebied." for one in strange]
    raise_faults(SourceError, faults)


def _codes_of_dwellings(dwellings: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Return the number of dwellings that share all codes, and these codes."""
    names = [f"{level}_code" for level in LEVELS]
    count = dwellings.groupby(names, dropna=False).size().rename("count").reset_index()
    return count["count"], count[names]


def _strange_level(rows: pd.Series, known: pd.Series, level: str) -> str | None:
    """Say that none of the codes of `level` is that of a dwelling; None where there is one, or nothing to compare."""
    of_level = rows[rows.str.match(_FORMS[level])]
    if of_level.empty or known.isna().all() or known.isin(set(of_level)).any():
        return None
    return f"geen enkele code van {level} ({_shown(of_level)}) past bij die van de woningen hier ({_shown(known)})"


def _shown(codes: pd.Series) -> str:
    return ", ".join(sorted(codes.dropna().unique())[:_CODES_SHOWN])
