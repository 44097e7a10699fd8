"""Where a run is, and how long it will take, from the lines of DVC."""

import io

import pytest
from rich.console import Console

from pipeline.commands.progress import Steps, shown

LINES = [
    "Running stage 'check_settings':",
    "> python -m pipeline.stages.check_settings",
    "Updating lock file 'dvc.lock'",
    "",
    "Stage 'fetch_osm@kampen' didn't change, skipping",
    "Running stage 'build_areas@kampen':",
    "Stage 'build_network@kampen' is cached - skipping run, checking out outputs",
    "Running stage 'publish_map@kampen':",
    "Use `dvc push` to send your updates to remote storage.",
]


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def steps(clock: Clock, **forecast: float) -> Steps:
    return Steps({f"{name}@kampen": seconds for name, seconds in forecast.items()}, clock=clock)


def test_lines_of_dvc_tell_what_ran_and_what_did_not_have_to(clock: Clock) -> None:
    told = steps(clock, build_areas=4, build_network=2, publish_map=1)
    for line in LINES:
        told.follow(line)
        clock.now += 3
    assert told.current == "publish_map@kampen"
    told.finish()
    assert told.seconds == {"check_settings": 12.0, "build_areas@kampen": 3.0, "publish_map@kampen": 6.0}
    assert told.not_needed == ["fetch_osm@kampen", "build_network@kampen"]
    assert told.output == []
    # What was not foreseen is taken up, what proved needless is left out.
    assert list(told.forecast) == ["build_areas@kampen", "publish_map@kampen", "check_settings"]


def test_what_a_stage_writes_is_kept_until_the_next(clock: Clock) -> None:
    told = steps(clock)
    for line in ("Running stage 'a':", "> python -m a", "FOUT kampen: x", "", "Traceback"):
        told.follow(line)
    assert told.output == ["FOUT kampen: x", "Traceback"]
    told.follow("Running stage 'b':")
    assert told.output == []


def test_the_rest_follows_the_forecast_at_the_pace_of_what_is_done(clock: Clock) -> None:
    told = steps(clock, one=10, two=20, three=30)
    assert told.remaining_seconds == 60
    told.follow("Running stage 'one@kampen':")
    clock.now += 4
    assert told.remaining_seconds == 56
    clock.now += 16
    # Longer than forecast: the rest stays.
    assert told.remaining_seconds == 50
    told.follow("Running stage 'two@kampen':")
    # One took twice as long, so the others will.
    assert told.remaining_seconds == 100
    clock.now += 10
    assert told.remaining_seconds == 90
    told.follow("Running stage 'three@kampen':")
    told.finish()
    assert told.remaining_seconds == 0


def test_without_a_terminal_a_line_per_stage(clock: Clock) -> None:
    written = io.StringIO()
    told = steps(clock, build_areas=4, build_network=2, publish_map=1)
    with shown(told, Console(file=written, width=40)) as follow:
        for line in LINES:
            follow(line)
    assert written.getvalue().splitlines() == [
        "stap 1 van 4: instellingen nakijken",
        "stap 2 van 4: gebieden en woningen bepalen (kampen)",
        "stap 3 van 3: kaart maken (kampen)",
    ]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_on_a_terminal_a_bar_that_fits_and_takes_names_as_they_are(width: int, clock: Clock) -> None:
    written = io.StringIO()
    console = Console(file=written, width=width, force_terminal=True, color_system=None)
    told = Steps({"build_areas@kampen": 4.0, "[red]x[/]@[/blue]": 65.0}, clock=clock)
    with shown(told, console) as follow:
        follow("Running stage 'build_areas@kampen':")
        clock.now += 4
        follow("Running stage '[red]x[/]@[/blue]':")
    text = written.getvalue()
    assert "1/2" in text
    if width == 200:
        assert "[red]x[/] ([/blue])" in text
        assert "nog ± 1:05" in text
    assert not [line for line in text.replace("\r", "\n").splitlines() if len(line.split("\x1b")[0]) > width]


def test_a_bar_may_be_drawn_while_lines_come_in(clock: Clock) -> None:
    told = steps(clock)
    console = Console(file=io.StringIO(), force_terminal=True)
    with shown(told, console) as follow:
        for index in range(2_000):
            follow(f"Running stage 'stage{index}@kampen':")
            follow(f"Stage 'other{index}@kampen' didn't change, skipping")
            assert told.remaining_seconds >= 0


def test_what_a_fetching_stage_tells_is_shown_without_a_terminal(clock: Clock) -> None:
    told = steps(clock, fetch_osm=4, build_areas=2)
    out = io.StringIO()
    with shown(told, Console(file=out, width=40)) as follow:
        for line in (
            "Running stage 'fetch_osm@kampen':", "> python -m x", "drenthe.osm.pbf: 12 van 60 MB opgehaald.",
            "FOUT kampen: weg.", "Traceback (most recent call last):", "Running stage 'build_areas@kampen':",
            "iets van de stap zelf.",
        ):  # fmt: skip
            follow(line)
    assert out.getvalue().splitlines() == [
        "stap 1 van 2: OpenStreetMap overnemen (kampen)",
        "  drenthe.osm.pbf: 12 van 60 MB opgehaald.",
        "stap 2 van 2: gebieden en woningen bepalen (kampen)",
    ]


def test_what_a_fetching_stage_tells_is_shown_beside_the_bar(clock: Clock) -> None:
    told = steps(clock, fetch_osm=4)
    out = io.StringIO()
    console = Console(file=out, width=160, force_terminal=True)
    with shown(told, console) as follow:
        follow("Running stage 'fetch_osm@kampen':")
        follow("drenthe.osm.pbf: 12 van 60 MB opgehaald.")
    assert "OpenStreetMap overnemen (kampen): drenthe.osm.pbf: 12 van 60 MB opgehaald." in out.getvalue()
