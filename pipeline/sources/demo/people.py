"""The invented inhabitants: a household in every home, with ages that differ by district."""

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from pipeline.sources.demo.districts import DISTRICTS, WEAK
from pipeline.sources.demo.facilities import FACILITIES

VACANT_SHARE = 0.03
WEAK_RATIO = 0.6
"""Homes on the map per home in the figures, in the buurt whose newest streets are not mapped yet."""
CENTENARIAN_LIMIT_YEAR = 101
_BANDS = ((19, 25), (25, 35), (35, 45), (45, 55), (55, 65), (65, 75), (75, 85), (85, 98))
_ALONE = (0.72, 0.38, 0.20, 0.22, 0.25, 0.30, 0.44, 0.66)
_HEADS = {
    "mixed": (0.04, 0.16, 0.18, 0.19, 0.17, 0.15, 0.085, 0.025),
    "young": (0.05, 0.32, 0.33, 0.17, 0.07, 0.04, 0.015, 0.005),
    "old": (0.03, 0.12, 0.14, 0.17, 0.18, 0.19, 0.135, 0.035),
    "flats": (0.03, 0.10, 0.10, 0.12, 0.15, 0.20, 0.21, 0.09),
    "dorp": (0.02, 0.11, 0.16, 0.20, 0.20, 0.17, 0.105, 0.035),
    "aged": (0.01, 0.06, 0.09, 0.15, 0.20, 0.21, 0.21, 0.07),
    "ageing": (0.02, 0.08, 0.12, 0.17, 0.21, 0.21, 0.15, 0.04),
}
_RESIDENTS = {"nursing_home": 60, "group_home": 12}
OWNER_SHARE = {"core": 0.48, "prewar": 0.66, "postwar": 0.44, "flats": 0.31, "bloemkool": 0.68, "new": 0.74,
               "dorp": 0.71, "farm": 0.88, "industrial": 0.5}  # fmt: skip


def settle(addresses: pd.DataFrame, institutions: pd.DataFrame, rng: Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let people move in.

    Parameters
    ----------
    addresses : of `make_addresses`
    institutions : addresses of care institutions, with `facility`

    Returns
    -------
    Homes (`district`, `household_size`, 0 for vacant, `has_children`) and people (`district`, `postcode`, four digits,
    `age` in years, `is_man`).
    """
    homes = addresses.loc[addresses["is_home"] & (addresses["district"] < len(DISTRICTS)), ["district", "postcode"]]
    weak = homes["district"].isin([i for i, d in enumerate(DISTRICTS) if d.name in WEAK])
    unmapped = homes[weak].sample(frac=1 / WEAK_RATIO - 1, random_state=rng)
    homes = pd.concat([homes, unmapped], ignore_index=True)
    homes["postcode"] = homes["postcode"].str[:4]
    head, size, children = _households(homes, rng)
    people = _members(homes, head, size, children, rng)
    homes = homes.assign(household_size=size, has_children=children > 0)
    return homes, pd.concat([people, _residents(institutions, rng)], ignore_index=True)


def _households(homes: pd.DataFrame, rng: Generator) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    band = np.zeros(len(homes), dtype=int)
    profile = np.array([d.ages for d in DISTRICTS])[homes["district"]]
    for name, shares in _HEADS.items():
        here = profile == name
        band[here] = rng.choice(len(_BANDS), size=int(here.sum()), p=np.array(shares) / sum(shares))
    low, high = np.array(_BANDS).T
    head = rng.integers(low[band], high[band])
    alone = rng.random(len(homes)) < np.array(_ALONE)[band]
    may_have_children = (head > 26) & (head < 57) & (rng.random(len(homes)) < np.where(alone, 0.22, 0.72))
    children = np.where(may_have_children, rng.choice([1, 2, 3], size=len(homes), p=[0.33, 0.49, 0.18]), 0)
    vacant = rng.random(len(homes)) < VACANT_SHARE
    return head, np.where(vacant, 0, 2 - alone + children), np.where(vacant, 0, children)


def _members(
    homes: pd.DataFrame, head: NDArray[np.int64], size: NDArray[np.int64], children: NDArray[np.int64], rng: Generator
) -> pd.DataFrame:
    home = np.repeat(np.arange(len(homes)), size)
    nth = np.arange(len(home)) - np.repeat(np.cumsum(size) - size, size)
    adults = (size - children)[home]
    is_child = nth >= adults
    partner = np.clip(head[home] + rng.integers(-5, 6, len(home)), 19, CENTENARIAN_LIMIT_YEAR)
    child = np.clip(head[home] - rng.integers(25, 36, len(home)) - 2 * (nth - adults), 0, 24)
    age = np.where(is_child, child, np.where(nth == 0, head[home], partner))
    is_man = rng.random(len(home)) < np.where(age >= 75, 0.43, 0.5)
    frame = homes.iloc[home]
    return pd.DataFrame(
        {
            "district": frame["district"].to_numpy(),
            "postcode": frame["postcode"].to_numpy(),
            "age": age,
            "is_man": is_man,
        }
    )


def _residents(institutions: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    kinds = [
        FACILITIES[f].tags.get("social_facility", FACILITIES[f].tags.get("amenity", ""))
        for f in institutions["facility"]
    ]
    count = np.array([_RESIDENTS.get(kind, 0) for kind in kinds], dtype=int)
    home = np.repeat(np.arange(len(institutions)), count)
    return pd.DataFrame(
        {
            "district": institutions["district"].to_numpy()[home],
            "postcode": institutions["postcode"].str[:4].to_numpy()[home],
            "age": rng.integers(76, 99, len(home)),
            "is_man": rng.random(len(home)) < 0.3,
        }
    )
