"""What a later release of a table changes: rows, columns and values, so that nothing changes silently."""

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from pathlib import Path

import pandas as pd

_HEADINGS = ("soort", "rij", "kolom", "was", "wordt")
_EXAMPLES = 3
_NUMBER = "ID"
"""The number of a row in a release: it says nothing."""


class Kind(Enum):
    """Kinds of change, and what each is called."""

    ROW_ADDED = "rij erbij"
    ROW_REMOVED = "rij weg"
    COLUMN_ADDED = "kolom erbij"
    COLUMN_REMOVED = "kolom weg"
    COLUMN_RENAMED = "kolom hernoemd"
    VALUE_CHANGED = "waarde gewijzigd"


@dataclass(frozen=True)
class Change:
    """One change.

    Parameters
    ----------
    kind
        What changed.
    row
        The row: its values of the dimensions; empty for a column.
    column
        The column by its new name; empty for a row.
    before, after
        What stood and stands there; empty is missing.
    """

    kind: Kind
    row: str = ""
    column: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        """Return the change as a line."""
        place = ", ".join(part for part in (self.row, self.column) if part)
        values = f": {self.before or 'leeg'} wordt {self.after or 'leeg'}" if self.before or self.after else ""
        return f"{place}{values}"


def compare_tables(before: pd.DataFrame, after: pd.DataFrame, key: Sequence[str]) -> list[Change]:
    """Return what differs between two releases of a table.

    Parameters
    ----------
    before, after
        The rows as stripped text, columns under their own names.
    key
        The columns that together tell one row from another.

    Returns
    -------
    Changes of columns, then rows, then values. A column that only got another number behind its name is renamed, and
    its values are compared. The number of a row (``ID``) is left out.
    """
    renamed = _renamed(list(before.columns), list(after.columns))
    known = before.rename(columns=renamed)
    columns = [name for name in after.columns if name in known.columns and name not in {*key, _NUMBER}]
    old, new = (frame.set_index(_row_names(frame, key)).loc[:, columns] for frame in (known, after))
    return [
        *_column_changes(list(known.columns), list(after.columns), renamed),
        *(Change(Kind.ROW_REMOVED, row=row) for row in old.index.difference(new.index, sort=False)),
        *(Change(Kind.ROW_ADDED, row=row) for row in new.index.difference(old.index, sort=False)),
        *_value_changes(old, new),
    ]


def _row_names(frame: pd.DataFrame, key: Sequence[str]) -> pd.Series:
    """Return what each row is called; one that is there again gets a number."""
    names = frame[list(key)].agg(" ".join, axis=1)
    again = names.groupby(names).cumcount()
    return names.where(again == 0, names + " #" + (again + 1).astype("str"))


def _renamed(before: Sequence[str], after: Sequence[str]) -> dict[str, str]:
    """Return the new name of each column of which only the number behind it changed."""
    gone, come = ([name for name in one if name not in set(other)] for one, other in ((before, after), (after, before)))
    stems = Counter(map(_stem, gone)), Counter(map(_stem, come))
    new = {_stem(name): name for name in come}
    return {name: new[_stem(name)] for name in gone if stems[0][_stem(name)] == stems[1][_stem(name)] == 1}


def _stem(name: str) -> str:
    return re.sub(r"_\d+$", "", name)


def _column_changes(before: Sequence[str], after: Sequence[str], renamed: Mapping[str, str]) -> list[Change]:
    return [
        *(Change(Kind.COLUMN_RENAMED, column=new, before=old, after=new) for old, new in renamed.items()),
        *(Change(Kind.COLUMN_REMOVED, column=name) for name in before if name not in set(after)),
        *(Change(Kind.COLUMN_ADDED, column=name) for name in after if name not in set(before)),
    ]


def _value_changes(old: pd.DataFrame, new: pd.DataFrame) -> list[Change]:
    shared = old.index.intersection(new.index, sort=False)
    old, new = old.loc[shared], new.loc[shared]
    was, now = old.to_numpy(), new.to_numpy()
    rows, columns = (was != now).nonzero()
    return [
        Change(Kind.VALUE_CHANGED, shared[row], str(old.columns[column]), str(was[row, column]), str(now[row, column]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]


def summary(changes: Sequence[Change]) -> str:
    """Return how many changes of each kind there are, with the first of each, in Dutch."""
    parts = []
    for kind, count in Counter(one.kind for one in changes).items():
        first = [str(one) for one in islice((one for one in changes if one.kind is kind), _EXAMPLES)]
        more = "; …" if count > len(first) else ""
        parts.append(f"{count} x {kind.value} ({'; '.join(first)}{more})")
    return ", ".join(parts) or "geen verschillen"


def differences_name(file: str) -> str:
    """Return the name of the list of changes, beside the table."""
    return f"{file}.verschillen.csv"


def write_changes(changes: Sequence[Change], path: Path) -> None:
    """Write all changes as a table that people read."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEADINGS)
        writer.writerows((one.kind.value, one.row, one.column, one.before, one.after) for one in changes)
