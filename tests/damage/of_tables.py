"""Damages of tables of figures, and of the reference table: derived from the settings that say how they are read."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from pipeline.config.sources import FigureTable, ReferenceTable
from tests.damage.case import Damage, Holds, Outcome, documented, harmless, refused, seen_at

Named = tuple[str, ...]
HUGE = {"count": "1000000000", "percent": "101", "km": "1500", "facilities": "99999"}
"""What no area of that unit can have."""


class Sheet:
    """A CSV as rows of cells."""

    def __init__(self, path: Path, separator: str) -> None:
        self.path, self.separator = path, separator
        with path.open(encoding="utf-8-sig", newline="") as file:
            self.rows = list(csv.reader(file, delimiter=separator))

    def column(self, stem: str) -> int:
        """Return the place of a column: its name, with or without the number that CBS adds."""
        (found,) = (i for i, name in enumerate(self.rows[0]) if re.fullmatch(rf"{re.escape(stem)}(_\d+)?", name))
        return found

    def first_row(self, where: Mapping[str, str]) -> int:
        """Return the place of the first row that fits `where`."""
        wanted = {self.column(stem): value for stem, value in where.items()}
        return next(
            number
            for number, row in enumerate(self.rows[1:], start=1)
            if all(row[column].strip() == value for column, value in wanted.items())
        )

    def map_column(self, stem: str, change: Callable[[str], str]) -> None:
        """Change every cell of a column but its heading."""
        place = self.column(stem)
        for row in self.rows[1:]:
            row[place] = change(row[place])

    def text(self) -> str:
        """Return the file's text."""
        made = io.StringIO()
        csv.writer(made, delimiter=self.separator, lineterminator="\n").writerows(self.rows)
        return made.getvalue()

    def save(self, encoding: str = "utf-8") -> None:
        """Write it back."""
        self.path.write_bytes(self.text().encode(encoding))


class TableDamages:
    """The damages of one table: `figures` are the columns that hold its numbers."""

    def __init__(self, separator: str, where: Mapping[str, str], figures: Mapping[str, str], code: str) -> None:
        self.separator, self.where, self.figures, self.code = separator, where, figures, code

    def change(self, change: Callable[[Sheet], Named | None]) -> Callable[[Path], Named | None]:
        """Return `change` as something done to the file at a path."""

        def inflict(path: Path) -> Named | None:
            sheet = Sheet(path, self.separator)
            named = change(sheet)
            sheet.save()
            return named

        return inflict

    def set_cell(self, stem: str, value: str) -> Callable[[Path], Named | None]:
        """Return the damage that puts `value` into the first row that is read."""

        def change(sheet: Sheet) -> Named:
            row = sheet.first_row(self.where)
            sheet.rows[row][sheet.column(stem)] = value
            return (f"rij {row + 1}", stem)

        return self.change(change)

    def of_columns(self) -> Iterator[Damage]:
        """Yield columns missing, renamed, twice."""
        for stem in [*self.figures, *self.where, self.code]:
            yield refused(f"column {stem} missing", self.change(partial(_drop, stem)), "kolom", "ontbreekt", stem)
            yield refused(f"column {stem} renamed", self.change(partial(_rename, stem)), "kolom", "ontbreekt", stem)
            yield refused(f"column {stem} twice", self.change(partial(_double, stem)), "meer dan eens", stem)

    def of_encoding(self) -> Iterator[Damage]:
        """Yield texts of another form: some are read all the same."""
        yield refused("UTF-16", partial(_recode, "utf-16"), "CSV in UTF-8")
        yield refused("Latin-1", partial(_with_accents, self.separator, "latin-1"), "CSV in UTF-8")
        yield harmless("accents in UTF-8", partial(_with_accents, self.separator, "utf-8"))
        yield harmless("byte order mark", partial(_recode, "utf-8-sig"))
        yield harmless("Windows line ends", partial(_replace, b"\n", b"\r\n"))
        yield harmless("blank rows", partial(_replace, b"\n", b"\n\n"))
        yield harmless("an empty column behind", self.change(_widen))
        yield harmless("columns the other way round", self.change(_mirror))
        yield refused("another separator", self.change(_other_separator), "scheidingsteken")
        yield refused("a heading alone", self.change(_heading_alone), "bevat geen rijen")
        yield refused("a field too many", self.change(_field_too_many), "velden")
        yield refused("a field too few", self.change(_field_too_few), "velden")
        yield refused("a quote that does not close", _open_quote)
        yield refused("last row not ended", _unended, "laatste rij")

    def of_numbers(self) -> Iterator[Damage]:
        """Yield numbers written wrongly or impossible, in the first row of a column of each unit."""
        for unit, stem in self.one_of_each_unit():
            wrong = {
                "decimal comma": ("12,5", "punt als decimaalteken"),
                "text": ("veel", "geen getal"),
                "a space inside": ("1 400", "geen getal"),
                "negative": ("-5", "negatief"),
                "infinite": ("inf", "oneindig"),
                "huge": (HUGE[unit], "meer dan"),
            }
            if unit == "count":
                wrong |= {
                    "thousands with a point": ("1.000", "duizendtallen"),
                    "thousands with a comma": ("1,000", "geen getal"),
                    "a broken number": ("1.4", "geen heel aantal"),
                }
            for name, (value, says) in wrong.items():
                yield refused(f"{stem} {name} ({value})", self.set_cell(stem, value), says)
            yield refused(f"{stem} all with a decimal comma", self.change(partial(_comma, stem)), "punt als decimaal")

    def of_blanks(self, holds: Holds) -> Iterator[Damage]:
        """Yield the ways in which CBS writes unknown or secret."""
        for _, stem in self.one_of_each_unit():
            for value in ("-99997", "-99997.0", ".", "       .", ""):
                yield documented(f"{stem} unknown ({value!r})", self.set_cell(stem, value), holds)

    def one_of_each_unit(self) -> list[tuple[str, str]]:
        """Return the units, each with the first column that has it."""
        first = {unit: stem for stem, unit in reversed(list(self.figures.items()))}
        return list(first.items())


def figure_damages(table: FigureTable) -> Iterator[Damage]:
    """Yield every damage of a table of figures beyond those of any file."""
    figures = {str(table.value): "count"} if table.keys else {one.column: one.unit for one in table.columns.values()}
    key = {str(table.key): next(iter(table.keys))} if table.keys else {}
    made = TableDamages(table.separator, {**table.where, **key}, figures, table.code)
    yield from made.of_columns()
    yield from made.of_encoding()
    yield from made.of_numbers()
    yield from made.of_blanks(only_less_is_known)
    yield from _code_damages(made)
    for stem in table.where:
        yield refused(f"no row with the wanted {stem}", made.change(partial(_other_value, stem)), "geen rijen met")
    if table.keys:
        yield from _key_damages(made, table)
    if {"inhabitants", "inhabitants_65_plus"} <= {name for name, one in table.columns.items() if one.unit == "count"}:
        older = table.columns["inhabitants_65_plus"].column
        yield refused("more people over 65 than people", made.set_cell(older, "99995"), "is meer dan alle inwoners")


def _code_damages(made: TableDamages) -> Iterator[Damage]:
    code = made.code
    yield harmless("codes padded", made.change(lambda sheet: sheet.map_column(code, lambda cell: f"  {cell}   ")))
    yield harmless("codes in lower case", made.change(lambda sheet: sheet.map_column(code, str.lower)))
    yield refused("code malformed", made.set_cell(code, "Noord"), "'Noord' is geen code van een gebied")
    yield refused("code blank", made.set_cell(code, ""), "geen code van een gebied")
    yield refused("a row twice", made.change(partial(_row_twice, made.where)), "meer dan eens")
    yield harmless("a row for the whole country", made.change(partial(_country, code)))
    other_year = made.change(partial(_other_year, code))
    yield seen_at("build_areas", refused("codes of another year", other_year, "geen enkele code van", faults=None))


def _key_damages(made: TableDamages, table: FigureTable) -> Iterator[Damage]:
    key, first = str(table.key), next(iter(table.keys))
    yield refused(f"{key} {first} nowhere", made.change(partial(_without_key, key, first)), f"'{first}' ontbreekt")
    yield refused(f"{key} {first} missing once", made.change(partial(_lose_key, made)), f"'{first}' ontbreekt bij")
    yield harmless("keys padded", made.change(lambda sheet: sheet.map_column(key, lambda cell: f" {cell}  ")))


def reference_damages(table: ReferenceTable) -> Iterator[Damage]:
    """Yield every damage of a table that completeness is judged by, beyond those of any file."""
    named = [one for measures in table.columns.values() for one in measures.items()]
    figures = {column: "km" if measure == "mean_km" else "facilities" for measure, column in named}
    made = TableDamages(table.separator, table.where, figures, table.code)
    yield from made.of_columns()
    yield from made.of_encoding()
    yield from made.of_numbers()
    yield from map(partial(seen_at, "judge_completeness"), made.of_blanks(only_a_measure_less))
    yield harmless("codes padded", made.change(lambda one: one.map_column(table.code, lambda cell: f" {cell}  ")))
    yield harmless("codes in lower case", made.change(lambda one: one.map_column(table.code, str.lower)))
    other = made.change(lambda one: one.map_column(table.code, lambda cell: f"{cell.strip()[:2]}99{cell.strip()[4:]}"))
    yield seen_at("judge_completeness", refused("another gemeente", other, "geen rij voor een gebied van deze regio"))
    yield refused("a row twice", made.change(partial(_row_twice, table.where)), "meer dan eens")


def only_less_is_known(before: Path, after: Path) -> None:
    """Assert that figures became unknown and none got another value."""
    old, new = (pd.read_parquet(folder / "figures.parquet") for folder in (before, after))
    both = old.merge(new, on=["area_code", "variable"], how="outer", suffixes=("_old", "_new"), indicator=True)
    assert not (both["_merge"] == "right_only").any()
    known = both[both["value_new"].notna()]
    for name in ("value", "low", "high"):
        assert (known[f"{name}_old"] == known[f"{name}_new"]).all()


def only_a_measure_less(before: Path, after: Path) -> None:
    """Assert that one measure of CBS became unknown, and that nothing but what rests on it changed."""
    key = ["category", "measure"]
    old, new = (pd.read_parquet(folder / "completeness_measures.parquet").set_index(key) for folder in (before, after))
    lost = old.index.difference(new.index)
    assert len(lost) == 1
    pd.testing.assert_frame_equal(old.drop(lost), new)
    judged = [pd.read_parquet(folder / "completeness.parquet").set_index("category") for folder in (before, after)]
    others = [one.drop(lost[0][0]) for one in judged]
    pd.testing.assert_frame_equal(*others)
    if judged[0]["judgement"].equals(judged[1]["judgement"]):
        for table in (one for one in before.glob("*.parquet") if not one.name.startswith(("completeness", "checks"))):
            assert table.read_bytes() == (after / table.name).read_bytes()


def cut_off(name: str, inflict: Callable[[Path], None]) -> Damage:
    """Return the damage of a table that ends early: named, unless whole rows are lost."""
    wanted = frozenset({Outcome.FAULT, Outcome.DOCUMENTED, Outcome.SAME})
    return Damage(name, inflict, wanted, faults=None, holds=only_less_is_known)


def _drop(stem: str, sheet: Sheet) -> None:
    place = sheet.column(stem)
    for row in sheet.rows:
        del row[place]


def _rename(stem: str, sheet: Sheet) -> None:
    sheet.rows[0][sheet.column(stem)] = f"Was{stem}"


def _double(stem: str, sheet: Sheet) -> None:
    place = sheet.column(stem)
    for row in sheet.rows:
        row.append(row[place])


def _widen(sheet: Sheet) -> None:
    for row in sheet.rows:
        row.append("")


def _mirror(sheet: Sheet) -> None:
    for row in sheet.rows:
        row.reverse()


def _comma(stem: str, sheet: Sheet) -> None:
    sheet.map_column(stem, lambda cell: f"{cell.split('.')[0]},5")


def _other_separator(sheet: Sheet) -> None:
    sheet.separator = ";" if sheet.separator == "," else ","


def _heading_alone(sheet: Sheet) -> None:
    del sheet.rows[1:]


def _field_too_many(sheet: Sheet) -> Named:
    sheet.rows[1].append("7")
    return ("rij 2",)


def _field_too_few(sheet: Sheet) -> Named:
    del sheet.rows[1][-1]
    return ("rij 2",)


def _row_twice(where: Mapping[str, str], sheet: Sheet) -> None:
    sheet.rows.append(list(sheet.rows[sheet.first_row(where)]))


def _country(code: str, sheet: Sheet) -> None:
    row = list(sheet.rows[1])
    row[sheet.column(code)] = "NL01  "
    sheet.rows.append(row)


def _other_value(stem: str, sheet: Sheet) -> None:
    sheet.map_column(stem, lambda _: "anders")


def _lose_key(made: TableDamages, sheet: Sheet) -> None:
    del sheet.rows[sheet.first_row(made.where)]


def _without_key(key: str, value: str, sheet: Sheet) -> None:
    sheet.map_column(key, lambda cell: "x" if cell.strip() == value else cell)


def _other_year(code: str, sheet: Sheet) -> None:
    """Give every area a code that is well formed and no area's."""

    def other(cell: str) -> str:
        kind, digits = re.match(r"(\D*)(\d+)", cell.strip()).groups()  # type: ignore[union-attr]
        return (
            f"{kind}{'9' * min(4, len(digits))}{digits[4:]}" if kind in ("BU", "WK", "GM") else f"{kind}9{digits[1:]}"
        )

    sheet.map_column(code, other)


def _recode(encoding: str, path: Path) -> None:
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))


def _with_accents(separator: str, encoding: str, path: Path) -> None:
    sheet = Sheet(path, separator)
    for row, cell in zip(sheet.rows, ["opmerking", *["Zoë, café"] * len(sheet.rows)], strict=False):
        row.append(cell)
    sheet.save(encoding)


def _replace(old: bytes, new: bytes, path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(old, new))


def _open_quote(path: Path) -> None:
    heading, rest = path.read_bytes().split(b"\n", 1)
    path.write_bytes(heading + b'\n"' + rest)


def _unended(path: Path) -> None:
    path.write_bytes(path.read_bytes().rstrip(b"\r\n"))
