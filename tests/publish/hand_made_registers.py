"""What became of the rows of a register of the hand-made region: every outcome, for every reason."""

from typing import Any

import pandas as pd

from pipeline import contracts
from tests.publish.frames import HOSTILE_FORMULA, HOSTILE_IMAGE, HOSTILE_SCRIPT, HOSTILE_VECTOR, frame

REASONS = {
    "merged": ("same_name", "nearly_same_name", "no_name"),
    "added": ("none_near",),
    "left_apart": ("other_name", "no_name", "too_far", "taken"),
    "no_place": ("no_address", "unknown_address"),
    "outside": ("outside_extract",),
    "not_ours": ("left_out",),
}
"""What can become of a row, and why."""


def conflated(row: int, what: str, why: str, **other: Any) -> dict[str, Any]:
    """Return a row of the table; `other` replaces columns."""
    is_compared, is_facility = what in ("merged", "left_apart"), what in ("merged", "added", "left_apart")
    return {
        "register": "lijst.xlsx", "row": row, "register_name": HOSTILE_FORMULA, "word": HOSTILE_IMAGE,
        "category": None if what == "not_ours" else "gp", "what": what, "why": why,
        "facility_id": f"gp-register-{row}" if is_facility else None,
        "other_id": "gp/0" if is_compared else None, "other_name": HOSTILE_VECTOR if is_compared else None,
        "distance_m": 12.4 if is_compared else None, "name_similarity": 0.72 if is_compared else None,
        "place_source": "locatieserver", "place_match": "postcode", "place_found": HOSTILE_SCRIPT, **other,
    }  # fmt: skip


def conflation() -> pd.DataFrame:
    """Return a row for every outcome and reason."""
    pairs = [(what, why) for what, reasons in REASONS.items() for why in reasons]
    return frame(contracts.CONFLATION, [conflated(row, *pair) for row, pair in enumerate(pairs, start=2)])
