"""The files of a GTFS feed: CSV tables in a zip, read as text and held against what each column can be."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import pandas as pd

from pipeline.errors import SourceError, raise_faults
from pipeline.sources.csv_rows import show_rows

REMEDY = "haal het opnieuw op, of meld de fout bij de uitgever"
FIRST_ROW = 2
"""The row of a spreadsheet in which the first row under the heading stands."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class _File:
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


FILES: Mapping[str, _File] = {
    "stops": _File(("stop_id", "stop_name", "stop_lat", "stop_lon"), ("location_type", "parent_station")),
    "routes": _File(("route_id",), ("route_short_name", "route_long_name")),
    "trips": _File(("trip_id", "route_id", "service_id")),
    "stop_times": _File(
        ("trip_id", "stop_id", "stop_sequence", "departure_time"), ("arrival_time", "pickup_type", "drop_off_type")
    ),
    "calendar": _File(("service_id", *_DAYS, "start_date", "end_date")),
    "calendar_dates": _File(("service_id", "date", "exception_type")),
    "frequencies": _File(("trip_id", "start_time", "end_time", "headway_secs")),
}
"""Which columns of which files are read."""

CALENDARS = ("calendar", "calendar_dates")
OPTIONAL = (*CALENDARS, "frequencies")
"""Files that may be missing or have a heading alone; one of the calendars must be there."""

_TIME = (r"\d{1,3}:[0-5]\d:[0-5]\d", "geen tijd (uu:mm:ss)")
_FLAG = ("[01]", "geen 0 of 1")
_WHOLE = (r"\d{1,9}", "geen heel getal")
_BOARDING = ("[0-3]?", "geen 0, 1, 2 of 3")
_SHAPES: Mapping[str, tuple[str, str]] = {
    "stop_lat": (r"(?:-?\d{1,2}(?:\.\d+)?)?", "geen breedtegraad"),
    "stop_lon": (r"(?:-?\d{1,3}(?:\.\d+)?)?", "geen lengtegraad"),
    "location_type": ("[0-4]?", "geen 0 tot en met 4"),
    "stop_sequence": _WHOLE,
    "departure_time": (f"(?:{_TIME[0]})?", _TIME[1]),
    "arrival_time": (f"(?:{_TIME[0]})?", _TIME[1]),
    "start_time": _TIME,
    "end_time": _TIME,
    "headway_secs": (r"[1-9]\d{0,4}", "geen aantal seconden"),
    "pickup_type": _BOARDING,
    "drop_off_type": _BOARDING,
    "exception_type": ("[12]", "geen 1 of 2"),
    **dict.fromkeys(_DAYS, _FLAG),
}
"""What the text in a column looks like, and what it is otherwise; ids must only be there."""

_DATES = ("start_date", "end_date", "date")

_MAY_BE_EMPTY = ("stop_name",)
_ROWS_AT_ONCE = 500_000
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError, ValueError, OverflowError,
    struct.error,
)  # fmt: skip
"""What the standard library raises on a zip that is damaged, encrypted or of a kind that it cannot read."""


class FeedFiles:
    """The open zip of a feed: its tables by name, wherever in the zip they stand."""

    def __init__(self, name: str, feed: zipfile.ZipFile) -> None:
        self._name, self._zip = name, feed
        self._members: dict[str, list[str]] = {}
        for member in feed.namelist():
            path = PurePosixPath(member)
            # What macOS adds to a zip has the names of the files themselves.
            if path.suffix == ".txt" and "__MACOSX" not in path.parts:
                self._members.setdefault(path.stem, []).append(member)

    def has(self, table: str) -> bool:
        """Say whether the feed has this table."""
        return table in self._members

    def file(self, table: str) -> str:
        """Name the file of a table in a message."""
        return f"{self._name}, {table}.txt"

    def read(self, table: str) -> pd.DataFrame:
        """Read a table as text, with all columns that are wanted of it (empty where the file lacks an optional one).

        Raises
        ------
        SourceError
            With every fault: the file or a column is missing or there twice, it is no CSV, or has a heading alone where
            the feed cannot do without.
        """
        frame = pd.concat(self.read_pieces(table))
        is_bare = frame.empty and table not in OPTIONAL
        raise_faults(SourceError, [f"{self.file(table)}: bevat geen rijen; {REMEDY}."] if is_bare else [])
        return frame

    def read_pieces(self, table: str, columns: Sequence[str] = ()) -> Iterator[pd.DataFrame]:
        """Read a table in pieces, as times may be too many at once: of all columns or some; the index counts rows."""
        wanted = list(columns) or [*FILES[table].needed, *FILES[table].optional]
        with self._opened(table) as file:
            pieces = pd.read_csv(
                file, dtype="str", encoding="utf-8-sig", keep_default_na=False, chunksize=_ROWS_AT_ONCE
            )
            with pieces:
                for piece in pieces:
                    yield self._tidy(piece, table, wanted)

    def _tidy(self, piece: pd.DataFrame, table: str, wanted: Sequence[str]) -> pd.DataFrame:
        named = piece.rename(columns=_plain)
        missing = [name for name in wanted if name in FILES[table].needed and name not in named]
        twice = [name for name in named.columns[named.columns.duplicated()].unique() if name in wanted]
        faults = [f"{self.file(table)}: kolom {name} ontbreekt; {REMEDY}." for name in missing]
        faults += [f"{self.file(table)}: kolom {name} komt meer dan eens voor; {REMEDY}." for name in twice]
        if not isinstance(piece.index, pd.RangeIndex):
            faults = [f"{self.file(table)}: rijen hebben meer velden dan de kop; {REMEDY}."]
        raise_faults(SourceError, faults)
        full = named.reindex(columns=list(wanted)).astype("str").fillna("")
        return pd.DataFrame({name: full[name].str.strip() for name in wanted})

    @contextmanager
    def _opened(self, table: str) -> Iterator[IO[bytes]]:
        """Open a table; what goes wrong while it is read becomes one sentence."""
        members = self._members.get(table, [])
        if len(members) != 1:
            problem = "ontbreekt" if not members else "komt meer dan eens voor"
            raise SourceError(f"{self.file(table)}: {problem}; {REMEDY}.")
        try:
            with self._zip.open(members[0]) as file:
                yield file
        except pd.errors.EmptyDataError:
            raise SourceError(f"{self.file(table)}: is leeg; {REMEDY}.") from None
        except UnicodeDecodeError:
            raise SourceError(f"{self.file(table)}: is niet in UTF-8; {REMEDY}.") from None
        except pd.errors.ParserError as error:
            reason = " ".join(str(error).split())
            raise SourceError(f"{self.file(table)}: niet leesbaar als CSV ({reason}); {REMEDY}.") from None
        except SourceError:
            raise
        except _UNREADABLE as error:
            raise SourceError(f"{self.file(table)}: niet uit de zip te halen ({error}); {REMEDY}.") from None

    def check_whole(self) -> None:
        """Unpack every file, also those that are not read: one that lost its name would go unnoticed.

        Raises
        ------
        SourceError
            If a file is damaged.
        """
        try:
            damaged = self._zip.testzip()
        except _UNREADABLE as error:
            raise SourceError(f"{self._name}: niet volledig uit te pakken ({error}); {REMEDY}.") from None
        if damaged is not None:
            raise SourceError(f"{self._name}, {damaged}: niet uit de zip te halen; {REMEDY}.")

    def faults(self, table: str, frame: pd.DataFrame) -> list[str]:
        """Return a fault per column with values that cannot be, with the first rows in which they stand."""
        found = []
        for name in frame.columns:
            if name in _SHAPES:
                shape, problem = _SHAPES[name]
                is_wrong, problem = ~frame[name].str.fullmatch(shape), f"'{{}}' is {problem}"
            elif name in _DATES:
                is_wrong = pd.to_datetime(frame[name], format="%Y%m%d", errors="coerce").isna()
                problem = "'{}' is geen datum (jjjjmmdd)"
            elif name in FILES[table].needed and name not in _MAY_BE_EMPTY:
                is_wrong, problem = frame[name] == "", "is leeg"
            else:
                continue
            if is_wrong.any():
                rows = show_rows(frame.index[is_wrong] + FIRST_ROW)
                value = frame.loc[is_wrong, name].iloc[0]
                found.append(f"{self.file(table)}, rij {rows}, kolom {name}: {problem.format(value)}; {REMEDY}.")
        return found


def _plain(name: str) -> str:
    """Return a heading without spaces, and without the number that pandas gives to one that stands twice."""
    stem, point, number = name.strip().rpartition(".")
    return stem if point and number.isdigit() else name.strip()


@contextmanager
def opened_feed(path: Path) -> Iterator[FeedFiles]:
    """Open the zip of a feed.

    Raises
    ------
    SourceError
        If it is no zip.
    """
    try:
        feed = zipfile.ZipFile(path)
    except _UNREADABLE:
        raise SourceError(f"{path.name}: is geen gave zip; haal de dienstregeling (GTFS) opnieuw op.") from None
    with feed:
        yield FeedFiles(path.name, feed)
