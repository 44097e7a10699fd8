"""Figures in the raw formats of the CBS: key figures, nearness, ages per postcode, health of people of 65 and over."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.sources.demo.districts import DISTRICTS, PARTLY_SECRET, SECRET
from pipeline.sources.demo.nearness import nearness_figures
from pipeline.sources.demo.people import OWNER_SHARE
from pipeline.sources.demo.region import DemoRegion, Municipality

SECRET_FIGURE = -99997
SECRET_ODATA = "."
KEY_FIGURES = "kerncijfers_buurten_2024.csv"
GEMEENTE = "gemeente_2024.csv"
AGES = "bevolking_pc4_leeftijd_2023.csv"
HEALTH = "gezondheid_65plus_2022.csv"
AGE_CLASS_YEARS = 5
ROUNDED_TO = 5
OLDEST_CLASS = "22000"
SEX_TOTAL, SEX_MEN, SEX_WOMEN = "T001038", "3000", "4000"
SMALLEST_COUNT = 5
HEALTH_COLUMNS = (
    "ID", "Leeftijd", "Marges", "WijkenEnBuurten", "Perioden", "Gemeentenaam_1", "SoortRegio_2", "Codering_3",
    "EenOfMeerLichamelijkeBeperkingen_20", "BeperkingInBewegen_23", "Eenzaam_28",
)  # fmt: skip
_BROAD_AGES = {"0_tot_15_jaar": (0, 15), "15_tot_25_jaar": (15, 25), "25_tot_45_jaar": (25, 45),
               "45_tot_65_jaar": (45, 65), "65_jaar_en_ouder": (65, 120)}  # fmt: skip


def write_figures(region: DemoRegion, folder: Path) -> None:
    """Write the four CSV files with figures into `folder`."""
    near = [nearness_figures(m) for m in region.municipalities]
    both = list(zip(region.municipalities, near, strict=True))
    pd.concat([_key_figures(*one) for one in both]).to_csv(folder / KEY_FIGURES, index=False, lineterminator="\n")
    pd.concat([_gemeente_row(*one) for one in both]).to_csv(folder / GEMEENTE, index=False, lineterminator="\n")
    _write_rows(folder / AGES, ("ID", "Geslacht", "Leeftijd", "Postcode", "Perioden", "Bevolking_1"),
                (row for m in region.municipalities for row in _age_rows(m)))  # fmt: skip
    _write_rows(folder / HEALTH, HEALTH_COLUMNS, (row for m in region.municipalities for row in _health_rows(m)))


def _write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows((number, *row) for number, row in enumerate(rows))


def _rounded(count: float) -> int:
    return ROUNDED_TO * round(count / ROUNDED_TO)


def _percentage(part: float, whole: float) -> int:
    return round(100 * part / whole) if whole else SECRET_FIGURE


def _key_figures(m: Municipality, near: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for record in m.buurten.drop(columns="geometry").to_dict("records"):
        area = {str(key): value for key, value in record.items()}
        district = int(area.pop("district"))
        people, homes = m.people[m.people["district"] == district], m.homes[m.homes["district"] == district]
        name = DISTRICTS[district].name if district >= 0 else ""
        owners = OWNER_SHARE.get(DISTRICTS[district].character, 0.6) if district >= 0 else 0.0
        density = _address_density(m, district)
        figures = _counts(people, homes, area["oppervlakte_land_in_ha"], density, owners)
        figures |= _near(near, district)
        if district < 0 or name in SECRET:
            figures = dict.fromkeys(figures, SECRET_FIGURE)
        if name in PARTLY_SECRET:
            figures |= {key: SECRET_FIGURE for key in figures if key.startswith("percentage") or key == "mannen"}
        rows.append(_in_order(area, figures))
    return pd.DataFrame(rows).sort_values("buurtcode")


def _near(near: pd.DataFrame, district: int) -> dict[str, float]:
    """Return the nearness of facilities for a district, unknown where nobody lives."""
    there = district >= 0 and district in near.index
    known = near.loc[[district]].iloc[0] if there else pd.Series(np.nan, index=near.columns)
    return {str(name): float(known[name]) if pd.notna(known[name]) else SECRET_FIGURE for name in near.columns}


def _gemeente_row(m: Municipality, near: pd.DataFrame) -> pd.DataFrame:
    land = m.buurten[m.buurten["water"] == "NEE"]
    area: dict[str, Any] = {
        "gemeentecode": land["gemeentecode"].iloc[0],
        "gemeentenaam": land["gemeentenaam"].iloc[0],
        "water": "NEE",
        **{c: int(m.buurten[c].sum()) for c in m.buurten.columns if c.startswith("oppervlakte")},
    }
    density = round(float(np.average([_address_density(m, d) for d in m.homes["district"].unique()],
                                     weights=m.homes.groupby("district", sort=False).size())))  # fmt: skip
    characters = [DISTRICTS[d].character for d in m.homes["district"]]
    owners = float(np.mean([OWNER_SHARE[c] for c in characters]))
    figures = _counts(m.people, m.homes, area["oppervlakte_land_in_ha"], density, owners)
    return pd.DataFrame([{**_in_order(area, figures), **near.loc[-1], "jaar": 2024}])


def _in_order(area: Mapping[str, Any], figures: Mapping[str, float]) -> dict[str, Any]:
    """Names and codes first, areas last, as in the CBS geodata."""
    surface = {k: v for k, v in area.items() if k.startswith("oppervlakte")}
    names = {k: v for k, v in area.items() if k not in surface and k != "wijknaam"}
    return {**names, **figures, **surface}


def _address_density(m: Municipality, district: int) -> int:
    """Addresses per km2 within 1 km of the middle of a buurt."""
    here = m.addresses[m.addresses["district"] == district]
    if here.empty:
        return 0
    near = np.hypot(m.addresses["x"] - here["x"].median(), m.addresses["y"] - here["y"].median()) < 1_000
    return round(float(near.sum()) / np.pi)


def _counts(people: pd.DataFrame, homes: pd.DataFrame, land_ha: int, density: int, owners: float) -> dict[str, float]:
    lived_in = homes[homes["household_size"] > 0]
    count, households = len(people), len(lived_in)
    single = int((lived_in["household_size"] == 1).sum())
    with_children = int(lived_in["has_children"].sum())
    men = int(people["is_man"].sum())
    age = people["age"]
    urbanity = 5 - sum(density >= limit for limit in (500, 1_000, 1_500, 2_500))
    return {
        "omgevingsadressendichtheid": density,
        "stedelijkheid_adressen_per_km2": urbanity,
        "bevolkingsdichtheid_inwoners_per_km2": round(count / land_ha * 100) if land_ha else 0,
        "aantal_inwoners": _rounded(count),
        "mannen": _rounded(men),
        "vrouwen": _rounded(count - men),
        **{f"percentage_personen_{name}": _percentage(((age >= low) & (age < high)).sum(), count)
           for name, (low, high) in _BROAD_AGES.items()},
        "aantal_huishoudens": _rounded(households),
        "percentage_eenpersoonshuishoudens": _percentage(single, households),
        "percentage_huishoudens_zonder_kinderen": _percentage(households - single - with_children, households),
        "percentage_huishoudens_met_kinderen": _percentage(with_children, households),
        "gemiddelde_huishoudsgrootte": round(lived_in["household_size"].sum() / households, 1)
        if households
        else SECRET_FIGURE,
        "woningvoorraad": _rounded(len(homes)),
        "percentage_onbewoond": _percentage(len(homes) - households, len(homes)),
        "percentage_koopwoningen": _percentage(owners, 1) if len(homes) else SECRET_FIGURE,
        "percentage_huurwoningen": 100 - _percentage(owners, 1) if len(homes) else SECRET_FIGURE,
    }  # fmt: skip


def _age_rows(m: Municipality) -> Iterable[Sequence[str]]:
    """Rows of table 83502NED without their number: sex, age class, postcode, year, count."""
    classes = (m.people["age"] // AGE_CLASS_YEARS).clip(upper=19)
    everyone = m.people.assign(age_class=classes)
    codes = ["10000", *(f"{70_100 + 100 * n}" for n in range(19)), OLDEST_CLASS]
    for postcode, people in everyone.groupby("postcode"):
        for sex, chosen in (
            (SEX_TOTAL, people),
            (SEX_MEN, people[people["is_man"]]),
            (SEX_WOMEN, people[~people["is_man"]]),
        ):
            counts = np.bincount(chosen["age_class"], minlength=20)
            for code, count in zip(codes, [len(chosen), *counts], strict=True):
                is_secret = 0 < count < SMALLEST_COUNT and sex != SEX_TOTAL
                shown = SECRET_ODATA.rjust(8) if is_secret else f"{_rounded(count):8d}"
                yield f"{sex:<8}", f"{code:<8}", f"PC{postcode}  ", "2023JJ00", shown


def _health_rows(m: Municipality) -> Iterable[Sequence[str]]:
    """Rows of the health monitor without their number: gemeente, then each wijk with its buurten."""
    elderly = m.people[m.people["age"] >= 65]
    land = m.buurten[m.buurten["water"] == "NEE"]
    gemeentenaam = str(land["gemeentenaam"].iloc[0])
    yield _health_row(str(land["gemeentecode"].iloc[0]), "Gemeente", gemeentenaam, elderly, is_secret=False)
    for wijkcode, wijk in land.groupby("wijkcode"):
        inside = elderly[elderly["district"].isin(wijk["district"])]
        yield _health_row(str(wijkcode), "Wijk", gemeentenaam, inside, is_secret=False)
        for code, district in zip(wijk["buurtcode"], wijk["district"], strict=True):
            is_secret = DISTRICTS[district].name in (*SECRET, *PARTLY_SECRET)
            yield _health_row(
                str(code), "Buurt", gemeentenaam, elderly[elderly["district"] == district], is_secret=is_secret
            )


def _health_row(code: str, kind: str, gemeentenaam: str, elderly: pd.DataFrame, *, is_secret: bool) -> Sequence[str]:
    over_75 = float((elderly["age"] >= 75).mean()) if len(elderly) else 0.0
    over_85 = float((elderly["age"] >= 85).mean()) if len(elderly) else 0.0
    rates = (19 + 22 * over_75 + 26 * over_85, 12 + 17 * over_75 + 28 * over_85, 39 + 14 * over_75)
    is_missing = is_secret or elderly.empty
    shown = [SECRET_ODATA.rjust(8) if is_missing else f"{rate:8.1f}" for rate in rates]
    return ("80200", "MW00000", f"{code:<10}", "2022JJ00", f"{gemeentenaam:<40}", f"{kind:<10}", f"{code:<20}", *shown)
