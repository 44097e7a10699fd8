"""Feeds as they come: what is read all the same, and what ends in one clear sentence per fault."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.sources.timetables import check_feed, read_timetable
from tests.sources.timetables.feeds import (
    AROUND,
    SETTINGS,
    Tables,
    as_csv,
    feed,
    lowest_of,
    service,
    stop,
    there_and_back,
    write,
)

SERVED = feed(there_and_back())


def faults_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(SourceError) as caught:
        read_timetable(path, AROUND, SETTINGS)
    return caught.value.faults


def is_served(path: Path) -> bool:
    counts = lowest_of(path)
    return set(counts) == {"Ah", "At", "Bh", "Bt", "Ch", "Ct"} and set(counts.values()) == {1}


def test_a_byte_order_mark_spaces_and_other_line_ends_make_no_difference(tmp_path: Path) -> None:
    text = as_csv(SERVED["stops"]).replace(",", " , ").replace("\r\n", "\n")
    assert is_served(write(tmp_path / "feed.zip", SERVED, {"stops.txt": text.encode("utf-8-sig")}))


def test_files_in_a_folder_and_what_macos_adds_make_no_difference(tmp_path: Path) -> None:
    assert is_served(write(tmp_path / "feed.zip", SERVED, {"__MACOSX/stops.txt": b"\0"}, folder="gtfs/"))


def test_columns_and_files_of_no_use_make_no_difference(tmp_path: Path) -> None:
    stops = [{**row, "zone_id": "x"} for row in SERVED["stops"]]
    others: dict[str, bytes | None] = {
        "shapes.txt": b"\xff",
        "frequencies.txt": b"trip_id,start_time,end_time,headway_secs\r\n",
    }
    assert is_served(write(tmp_path / "feed.zip", SERVED | {"stops": stops}, others))


def test_a_stop_without_coordinates_stands_at_its_station_or_nowhere(tmp_path: Path) -> None:
    platform = {**stop("Bh", 0), "stop_lat": "", "stop_lon": "", "parent_station": "S"}
    station = stop("S", 1_000, 0, "B", location_type=1)
    nowhere = {**stop("D", 0), "stop_lat": "", "stop_lon": ""}
    others = [one for one in SERVED["stops"] if one["stop_id"] != "Bh"]
    path = write(tmp_path / "feed.zip", SERVED | {"stops": [*others, platform, station, nowhere]})
    stops = read_timetable(path, AROUND, SETTINGS).stops.set_index("stop_id")
    assert stops.geometry["Bh"].distance(stops.geometry["S"]) == 0
    assert stops.geometry["D"] is None
    assert lowest_of(path) == {"Ah": 1, "At": 1, "Bh": 1, "Bt": 1, "Ch": 1, "Ct": 1, "S": 1}


def test_entrances_are_no_stops_and_stops_far_away_are_left_out(tmp_path: Path) -> None:
    more = [stop("entrance", 10, location_type=2), stop("far", 50_000)]
    assert is_served(write(tmp_path / "feed.zip", SERVED | {"stops": [*SERVED["stops"], *more]}))


def changed(table: str, row: int, **values: str) -> Callable[[Tables], Tables]:
    """Return a change of some values in a row of a table, counted as a spreadsheet does."""

    def change(tables: Tables) -> Tables:
        rows = [dict(one) for one in tables[table]]
        rows[row - 2] |= values
        return tables | {table: rows}

    return change


def without(table: str, column: str) -> Callable[[Tables], Tables]:
    return lambda tables: tables | {table: [{k: v for k, v in one.items() if k != column} for one in tables[table]]}


def again(table: str) -> Callable[[Tables], Tables]:
    return lambda tables: tables | {table: [*tables[table], tables[table][0]]}


WITH_DATES = {"calendar_dates": [{"service_id": "week", "date": "20240101", "exception_type": 2}]}
WITH_FREQUENCIES = {
    "frequencies": [{"trip_id": "1 Ah-Bh-Ch 7:5", "start_time": "7:00:00", "end_time": "8:00:00", "headway_secs": 600}]
}
WRONG_VALUES = [
    ("stop_times", "departure_time", "9u30", "is geen tijd (uu:mm:ss)"),
    ("stop_times", "arrival_time", "9:60:00", "is geen tijd (uu:mm:ss)"),
    ("stop_times", "stop_sequence", "x", "is geen heel getal"),
    ("stop_times", "pickup_type", "7", "is geen 0, 1, 2 of 3"),
    ("stops", "stop_lat", "52,5", "is geen breedtegraad"),
    ("stops", "stop_lon", "oost", "is geen lengtegraad"),
    ("stops", "location_type", "halte", "is geen 0 tot en met 4"),
    ("calendar", "monday", "ja", "is geen 0 of 1"),
    ("calendar", "end_date", "20240231", "is geen datum (jjjjmmdd)"),
    ("calendar_dates", "date", "1-1-2024", "is geen datum (jjjjmmdd)"),
    ("calendar_dates", "exception_type", "0", "is geen 1 of 2"),
    ("frequencies", "headway_secs", "0", "is geen aantal seconden"),
    ("stop_times", "trip_id", "x", "staat niet in trips.txt"),
    ("stop_times", "stop_id", "x", "staat niet in stops.txt"),
    ("trips", "route_id", "x", "staat niet in routes.txt"),
    ("trips", "service_id", "x", "staat niet in calendar.txt of calendar_dates.txt"),
    ("stops", "parent_station", "x", "staat niet in stops.txt"),
    ("frequencies", "trip_id", "x", "staat niet in trips.txt"),
]
REMEDY = "haal het opnieuw op, of meld de fout bij de uitgever"


@pytest.mark.parametrize(("table", "column", "value", "problem"), WRONG_VALUES)
def test_a_wrong_value_is_one_fault_with_its_place(
    table: str, column: str, value: str, problem: str, tmp_path: Path
) -> None:
    tables = changed(table, 2, **{column: value})(SERVED | WITH_DATES | WITH_FREQUENCIES)
    expected = f"feed.zip, {table}.txt, rij 2, kolom {column}: '{value}' {problem}; {REMEDY}."
    assert faults_of(write(tmp_path / "feed.zip", tables)) == (expected,)


OTHERWISE = {
    "no id": (changed("stops", 2, stop_id=""), "stops.txt, rij 2, kolom stop_id: is leeg"),
    "a stop twice": (again("stops"), "stops.txt, rij 8, kolom stop_id: 'Ah' staat er al eerder"),
    "a trip twice": (again("trips"), "trips.txt, rij 28, kolom trip_id: '1 Ah-Bh-Ch 7:5' staat er al eerder"),
    "a line twice": (again("routes"), "routes.txt, rij 3, kolom route_id: '1' staat er al eerder"),
    "no column": (without("trips", "service_id"), "trips.txt: kolom service_id ontbreekt"),
    "no column of times": (without("stop_times", "stop_id"), "stop_times.txt: kolom stop_id ontbreekt"),
    "no time at the begin": (
        changed("stop_times", 2, departure_time=""),
        "rit 1 Ah-Bh-Ch 7:5 begint of eindigt zonder",
    ),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_is_there_twice_or_not_at_all_is_one_fault(name: str, tmp_path: Path) -> None:
    change, expected = OTHERWISE[name]
    (fault,) = faults_of(write(tmp_path / "feed.zip", change(SERVED | WITH_DATES | WITH_FREQUENCIES)))
    assert expected in fault
    assert fault.endswith(f"; {REMEDY}.")


WRONG_FILES: dict[str, tuple[dict[str, bytes | None], str]] = {
    **{f"no {name}": ({f"{name}.txt": None}, f"feed.zip, {name}.txt: ontbreekt")
       for name in ("stops", "routes", "trips", "stop_times")},
    "no calendar": ({"calendar.txt": None}, "feed.zip, calendar.txt: ontbreekt, en calendar_dates.txt ook"),
    "twice": ({"old/stops.txt": b""}, "feed.zip, stops.txt: komt meer dan eens voor"),
    "empty": ({"trips.txt": b""}, "feed.zip, trips.txt: is leeg"),
    "a heading alone": ({"trips.txt": b"trip_id,route_id,service_id\r\n"}, "feed.zip, trips.txt: bevat geen rijen"),
    "other text": ({"stops.txt": "stop_id,stop_name\r\nA,Café".encode("latin-1")}, "stops.txt: is niet in UTF-8"),
    "a web page": ({"routes.txt": b"<!doctype html>\r\n<html>\r\n"}, "routes.txt: kolom route_id ontbreekt"),
    "a quote that stays open": ({"routes.txt": b'route_id\r\n"1\r\n'}, "routes.txt: niet leesbaar als CSV"),
    "a column twice": ({"routes.txt": b"route_id,route_id\r\n1,2\r\n"}, "kolom route_id komt meer dan eens voor"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_wrong_file_is_one_fault(name: str, tmp_path: Path) -> None:
    instead, expected = WRONG_FILES[name]
    (fault,) = faults_of(write(tmp_path / "feed.zip", SERVED, instead))
    assert expected in fault


def test_a_row_with_too_many_fields_is_a_fault(tmp_path: Path) -> None:
    text = as_csv(SERVED["trips"]) + "a,b,c,d,e\r\n"
    (fault,) = faults_of(write(tmp_path / "feed.zip", SERVED, {"trips.txt": text.encode()}))
    assert "trips.txt: niet leesbaar als CSV" in fault
    assert "in line 28" in fault


def test_rows_that_all_have_too_many_fields_are_a_fault(tmp_path: Path) -> None:
    text = as_csv(SERVED["routes"]).replace("\r\n1,1", "\r\n1,1,1")
    (fault,) = faults_of(write(tmp_path / "feed.zip", SERVED, {"routes.txt": text.encode()}))
    assert "routes.txt: rijen hebben meer velden dan de kop" in fault


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    wrong = changed("stops", 2, stop_lat="x")(changed("calendar", 2, monday="ja")(SERVED))
    faults = faults_of(write(tmp_path / "feed.zip", wrong, {"routes.txt": None}))
    assert [fault.split(",")[1].split(":")[0].strip() for fault in faults] == [
        "stops.txt",
        "routes.txt",
        "calendar.txt",
    ]


def test_one_mistake_all_through_a_column_is_one_fault(tmp_path: Path) -> None:
    trips = [{**one, "service_id": "x"} for one in SERVED["trips"]]
    (fault,) = faults_of(write(tmp_path / "feed.zip", SERVED | {"trips": trips}))
    assert "rij 2, 3, 4, 5, 6 en nog 21, kolom service_id" in fault


@pytest.mark.parametrize("content", [b"", b"<!doctype html>", b"PK\3\4" + bytes(40)])
def test_what_is_no_zip_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "feed.zip").write_bytes(content)
    assert faults_of(tmp_path / "feed.zip") == (
        "feed.zip: is geen gave zip; haal de dienstregeling (GTFS) opnieuw op.",
    )


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.99])
def test_a_zip_that_was_cut_off_is_told(kept: float, tmp_path: Path) -> None:
    path = write(tmp_path / "feed.zip", SERVED)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    assert "is geen gave zip" in faults_of(path)[0]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_is_told_however_the_zip_was_packed(method: int, tmp_path: Path) -> None:
    path = write(tmp_path / "feed.zip", SERVED)
    with zipfile.ZipFile(path) as plain:
        content = {name: plain.read(name) for name in plain.namelist()}
    with zipfile.ZipFile(path, "w", method) as packed:
        for name, text in content.items():
            packed.writestr(name, text)
        begin = packed.getinfo("stop_times.txt").header_offset + len("stop_times.txt") + 40
    damaged = bytearray(path.read_bytes())
    damaged[begin : begin + 20] = b"\xff" * 20
    path.write_bytes(damaged)
    (fault,) = faults_of(path)
    assert fault.startswith("feed.zip")


def test_a_file_that_was_damaged_in_the_zip_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "feed.zip", SERVED)
    content = path.read_bytes()
    assert zipfile.is_zipfile(path)
    path.write_bytes(content.replace(b"stop_lat", b"stop_lot", 1))
    (fault,) = faults_of(path)
    assert "stops.txt: niet uit de zip te halen" in fault


def test_a_feed_of_elsewhere_is_told(tmp_path: Path) -> None:
    far = [stop(one["stop_id"], 60_000) for one in SERVED["stops"]]
    path = write(tmp_path / "feed.zip", SERVED | {"stops": far})
    check_feed(path)
    assert faults_of(path) == (
        "feed.zip: geen enkele halte ligt in of rond deze regio; neem de dienstregeling van deze streek.",
    )


def test_stops_at_which_no_trip_calls_are_told(tmp_path: Path) -> None:
    far = [stop(one["stop_id"], 60_000) for one in SERVED["stops"]]
    path = write(tmp_path / "feed.zip", SERVED | {"stops": [*far, stop("near", 0)]})
    assert faults_of(path)[0].startswith("feed.zip: geen enkele rit stopt in of rond deze regio")


def test_days_on_which_nothing_runs_are_told(tmp_path: Path) -> None:
    path = write(tmp_path / "feed.zip", SERVED | {"calendar": [service(days=["monday", "saturday"], end="20240107")]})
    assert faults_of(path) == (
        "feed.zip: er rijdt hier niets op dinsdag, woensdag, donderdag, vrijdag; neem een dienstregeling die ten "
        "minste een week geldt.",
    )
