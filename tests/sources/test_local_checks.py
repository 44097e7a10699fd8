"""Local checks from their file: what each kind asks, as a spreadsheet writes it, and every fault of every row."""

from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.sources.local_checks import COLUMNS, read_local_checks

HEAD = "check,category,unit,facility,name,latitude,longitude,within_m,role,date,source,expires"
CATEGORIES = ("supermarket", "gp")
WHO = "dorpsraad,2026-10-01,rondgang,2027-10-01"
EXISTS = f"exists,gp,,,Praktijk,52.5,5.9,,{WHO}"
GONE = f"gone,gp,,n12,,,,,{WHO}"
MOVED = f"moved,gp,,n12,,52.5,5.9,,{WHO}"
NONE_WITHIN = f"none_within,supermarket,Wilsum,,,,,1500,{WHO}"
COMPLETE = f"complete,gp,Wilsum,,,,,1500,{WHO}"
INCOMPLETE = f"incomplete,gp,Zalk,,,,,,{WHO}"


def write(folder: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8", end: str = "\n") -> Path:
    path = folder / "kampen.checks.csv"
    path.write_bytes((end.join([head, *rows]) + end).encode(encoding))
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(SourceError) as caught:
        read_local_checks(path, CATEGORIES)
    return list(caught.value.faults)


def faults_of(folder: Path, *rows: str) -> list[str]:
    """Return the faults in rows, each without the name of the file."""
    return [one.removeprefix("kampen.checks.csv, ") for one in faults(write(folder, *rows))]


# --- What is read ----------------------------------------------------------------------------------------------------


def test_each_kind_of_check_is_read(tmp_path: Path) -> None:
    found = read_local_checks(write(tmp_path, EXISTS, GONE, MOVED, NONE_WITHIN, COMPLETE, INCOMPLETE), CATEGORIES)
    assert found["check_id"].tolist() == ["2", "3", "4", "5", "6", "7"]  # rows as a spreadsheet counts them
    assert found["check"].tolist() == ["exists", "gone", "moved", "none_within", "complete", "incomplete"]
    assert found["facility"].fillna("-").tolist() == ["-", "n12", "n12", "-", "-", "-"]
    assert found["unit"].fillna("-").tolist() == ["-", "-", "-", "Wilsum", "Wilsum", "Zalk"]
    assert found["facility_name"].fillna("-").tolist() == ["Praktijk", *"-----"]
    assert found["within_m"].fillna(-1).tolist() == [-1, -1, -1, 1500, 1500, -1]
    assert found["x_m"].isna().tolist() == [False, True, False, True, True, True]
    assert found["role"].unique().tolist() == ["dorpsraad"]
    assert found[["date", "source", "expires"]].iloc[0].tolist() == ["2026-10-01", "rondgang", "2027-10-01"]


def test_a_place_in_degrees_comes_out_in_metres(tmp_path: Path) -> None:
    # The tower of Amersfoort, origin of the Dutch grid: (155000, 463000) at 52.15517 N, 5.38721 E.
    found = read_local_checks(write(tmp_path, f"exists,gp,,,Praktijk,52.15517,5.38721,,{WHO}"), CATEGORIES)
    assert found[["x_m", "y_m"]].iloc[0].tolist() == pytest.approx([155_000, 463_000], abs=2)


def test_a_file_from_a_spreadsheet_reads_the_same(tmp_path: Path) -> None:
    plain = read_local_checks(write(tmp_path, f"exists,gp,,,Praktijk,52.51,5.92,,{WHO}", NONE_WITHIN), CATEGORIES)
    rows = [row.replace(",", ";") for row in ("exists,gp,,,Praktijk,52.51,5.92,,", f"{NONE_WITHIN}")]
    rows[0] = rows[0].replace("52.51", "52,51").replace("5.92", "5,92") + WHO.replace(",", ";")
    rows[1] = rows[1].replace("1500", "1500,0")
    blank = ";" * (len(COLUMNS) - 1)
    sheet = write(
        tmp_path, *rows, blank, blank, head=HEAD.replace(",", ";"), encoding="utf-8-sig", end="\r\n"
    )  # with the mark that Excel puts in front, Windows line ends and rows of separators alone
    assert read_local_checks(sheet, CATEGORIES).equals(plain)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_heading_alone_is_no_checks(end: str, tmp_path: Path) -> None:
    path = tmp_path / "kampen.checks.csv"
    path.write_bytes((HEAD + end).encode())
    found = read_local_checks(path, CATEGORIES)
    assert found.empty
    assert {"check_id", "check", "x_m", "y_m", "within_m"} <= set(found.columns)


def test_columns_may_stand_in_another_order(tmp_path: Path) -> None:
    head = ",".join(reversed(HEAD.split(",")))
    row = ",".join(reversed(NONE_WITHIN.split(",")))
    assert read_local_checks(write(tmp_path, row, head=head), CATEGORIES)["within_m"].tolist() == [1500]


def test_only_what_a_check_asks_is_used(tmp_path: Path) -> None:
    row = f"incomplete,gp,Wilsum,,,52.5,5.9,1500,{WHO}"
    found = read_local_checks(write(tmp_path, row), CATEGORIES)
    assert found[["x_m", "y_m", "within_m"]].isna().all(axis=None)


# --- Faults ----------------------------------------------------------------------------------------------------------


def test_a_missing_file_says_what_to_make(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path / "kampen.checks.csv")
    assert "kampen.checks.csv: bestand ontbreekt; maak het met alleen de kop: check,category" in fault


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "bevat geen rijen"),
        (HEAD.replace(",", "\t").encode() + b"\n", "heeft een ander scheidingsteken"),
        (b"\xff\xfe" + HEAD.encode("utf-16-le"), "niet leesbaar als CSV in UTF-8"),
        ((HEAD + "\ncomplete,gp\n").encode(), "rij 2: 2 velden in plaats van 12"),
        ((HEAD + '\n"complete,gp\n').encode(), "niet leesbaar als CSV"),
    ],
)
def test_a_file_that_is_no_such_table_is_a_fault(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "kampen.checks.csv"
    path.write_bytes(content)
    (fault,) = faults(path)
    assert fault.startswith("kampen.checks.csv")
    assert expected in fault


def test_columns_that_are_missing_unknown_or_twice_are_named_together(tmp_path: Path) -> None:
    head = HEAD.replace("within_m", "binnen_m").replace("expires", "role")
    assert [one.partition("; ")[0] for one in faults(write(tmp_path, head=head))] == [
        "kampen.checks.csv: kolom within_m ontbreekt",
        "kampen.checks.csv: kolom expires ontbreekt",
        "kampen.checks.csv: kolom 'binnen_m' is onbekend",
        "kampen.checks.csv: kolom role komt meer dan eens voor",
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            COMPLETE.replace("complete,", "volledig,"),
            "kolom check: 'volledig' bestaat niet; kies uit exists, gone,",
        ),
        (COMPLETE.replace("gp", "huisarts"), "kolom category: 'huisarts' staat niet in facilities.yaml"),
        (COMPLETE.replace("2026-10-01", "1-10-2026"), "kolom date: '1-10-2026' is geen datum; schrijf jjjj-mm-dd."),
        (COMPLETE.replace("2026-10-01", "20261001"), "kolom date: '20261001' is geen datum"),
        (COMPLETE.replace("2027-10-01", "2027-W40-5"), "kolom expires: '2027-W40-5' is geen datum"),
        (COMPLETE.replace("2027-10-01", "2027-02-30"), "kolom expires: '2027-02-30' is geen datum"),
        (COMPLETE.replace("2027-10-01", "2026-09-30"), "kolom expires: 2026-09-30 ligt vóór date 2026-10-01"),
        (EXISTS.replace("52.5", "noord"), "kolom latitude: 'noord' is geen getal"),
        (EXISTS.replace("52.5", "5_2"), "kolom latitude: '5_2' is geen getal"),
        (EXISTS.replace("52.5", "nan"), "kolom latitude: 'nan' is geen getal"),
        (EXISTS.replace("5.9", "52.5"), "kolom longitude: 52.5 moet tussen 3 en 8 liggen"),
        (NONE_WITHIN.replace("1500", "-1500"), "kolom within_m: -1500 moet tussen 100 en 100000 liggen"),
        # With a point for thousands, as spreadsheets may show it: not one and a half metres.
        (NONE_WITHIN.replace("1500", "1.500"), "kolom within_m: 1.500 moet tussen 100 en 100000 liggen"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_remedy(row: str, expected: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, row)
    assert fault.startswith(f"rij 2, {expected}")
    assert fault.endswith(".")


NEEDED = {
    EXISTS: {"category", "name", "latitude", "longitude"},
    GONE: {"category", "facility"},
    MOVED: {"category", "facility", "latitude", "longitude"},
    NONE_WITHIN: {"category", "unit", "within_m"},
    COMPLETE: {"category", "unit", "within_m"},
    INCOMPLETE: {"category", "unit"},
}


@pytest.mark.parametrize("row", NEEDED, ids=lambda row: str(row).partition(",")[0])
def test_each_kind_needs_columns_of_its_own(row: str, tmp_path: Path) -> None:
    kind = row.partition(",")[0]
    found = faults_of(tmp_path, f"{kind}" + "," * (len(COLUMNS) - 1))
    wanted = NEEDED[row] | {"role", "date", "source", "expires"}
    assert set(found) == {f"rij 2, kolom {name}: is leeg; een controle {kind} heeft dit nodig." for name in wanted}


def test_every_fault_of_every_row_comes_at_once(tmp_path: Path) -> None:
    rows = [
        GONE,
        f"weg,huisarts,,n1,,,,ver,{WHO.replace('2026-10-01', 'gisteren')}",  # four faults, also of an unknown kind
        EXISTS,
        f"none_within,gp,,,,,,0,{WHO}",  # two
        EXISTS,
    ]
    assert [one.partition(":")[0] for one in faults_of(tmp_path, *rows)] == [
        "rij 3, kolom check",
        "rij 3, kolom category",
        "rij 3, kolom within_m",
        "rij 3, kolom date",
        "rij 5, kolom unit",
        "rij 5, kolom within_m",
        "rij 6",
    ]
    assert faults_of(tmp_path, *rows)[-1] == "rij 6: staat er al eerder; laat er één over."


def test_rows_are_counted_as_a_spreadsheet_does_also_past_blank_ones(tmp_path: Path) -> None:
    assert read_local_checks(write(tmp_path, "", GONE, "", COMPLETE), CATEGORIES)["check_id"].tolist() == ["3", "5"]
