"""Where rows of registers are: by their coordinates, else by their address among those that are known."""

from typing import NamedTuple

import pandas as pd

_LETTERS = r"[^0-9A-Z]"


class Address(NamedTuple):
    """A postcode, a house number and what is added to it, in capitals and without spaces or dashes."""

    postcode: str
    house_number: str
    addition: str


def normal_addresses(rows: pd.DataFrame) -> pd.DataFrame:
    """Return postcode, house_number and addition as `Address` has them; missing where a row has no whole address.

    Parameters
    ----------
    rows
        postcode, house_number (which may hold the addition: ``12a``), addition; missing or empty where not given.
    """
    texts = rows[list(Address._fields)].fillna("").astype("str").apply(lambda column: column.str.upper())
    parts = texts["house_number"].str.extract(r"^\s*0*(\d+)(.*)$").fillna("")
    found = pd.DataFrame({
        "postcode": texts["postcode"].str.replace(_LETTERS, "", regex=True),
        "house_number": parts[0],
        "addition": (parts[1] + texts["addition"]).str.replace(_LETTERS, "", regex=True),
    })  # fmt: skip
    is_whole = found["postcode"].str.fullmatch(r"\d{4}[A-Z]{2}") & (found["house_number"] != "")
    return found.where(is_whole)


def locate_rows(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with their places, as far as their coordinates or the known addresses tell.

    Parameters
    ----------
    rows
        x_m, y_m (EPSG:28992; missing: not given), postcode, house_number, addition.
    known
        Addresses: postcode, house_number, addition, x_m, y_m. Where one stands there twice, the first counts.

    Returns
    -------
    The rows with x_m and y_m filled in where found; place_source and place_match (`contracts`). An address of which
    only the addition differs counts as found, in the place of the first of that number.
    """
    located = rows.assign(place_source="none", place_match="none")
    has_place = rows["x_m"].notna()
    located.loc[has_place, ["place_source", "place_match"]] = ["register", "coordinates"]
    wanted = normal_addresses(rows)[~has_place].dropna()
    there = normal_addresses(known).assign(x_m=known["x_m"], y_m=known["y_m"]).dropna()
    there = there.sort_values(list(Address._fields), kind="stable")
    for match, key in (("exact", list(Address._fields)), ("number", ["postcode", "house_number"])):
        places = there.drop_duplicates(key).set_index(key)[["x_m", "y_m"]]
        open_rows = wanted[located.loc[wanted.index, "place_match"] == "none"]
        found = open_rows.join(places, on=key, how="inner")
        located.loc[found.index, ["x_m", "y_m"]] = found[["x_m", "y_m"]]
        located.loc[found.index, ["place_source", "place_match"]] = ["map", match]
    return located


def addresses_to_ask(located: pd.DataFrame) -> list[Address]:
    """Return the addresses of rows of a category of ours that have no place yet, each once, in order."""
    without = located[(located["place_match"] == "none") & located["category"].notna()]
    found = normal_addresses(without).dropna().itertuples(index=False)
    return sorted({Address(*map(str, one)) for one in found})


def take_answers(located: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the places that the Locatieserver gave, and place_found: the address as it has it.

    Parameters
    ----------
    located
        As `locate_rows` gives them.
    answers
        postcode, house_number and addition (as `Address` has them), match, x_m, y_m, place_found.
    """
    keys = list(Address._fields)
    wanted = normal_addresses(located)[located["place_match"] == "none"].dropna()
    found = wanted.join(answers[answers["match"] != "none"].set_index(keys), on=keys, how="inner")
    placed = located.assign(place_found=pd.Series(pd.NA, located.index, "str"))
    placed.loc[found.index, ["x_m", "y_m", "place_found"]] = found[["x_m", "y_m", "place_found"]]
    placed.loc[found.index, "place_source"] = "locatieserver"
    placed.loc[found.index, "place_match"] = found["match"]
    return placed
