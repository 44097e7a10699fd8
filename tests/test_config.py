"""Settings that compute: the actieradius by age, and the norms that follow from it."""

from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.config.target_groups import Actieradius, Norm, TargetGroupSettings
from pipeline.settings_files import read_sections
from tests.model.builders import GROUPS, NORMS, group, group_settings
from tests.stage_runs import PROJECT

SPEEDS = [
    {"age": 60, "men": 1.2, "women": 1.0},  # mean 1.1
    {"age": 70, "men": 1.0, "women": 0.8},  # mean 0.9
    {"age": 90, "men": 0.6, "women": 0.4},  # mean 0.5
]
BY_AGE: dict[str, Any] = {
    "method": "by_age", "reference_norms": "usual", "reference_m_per_s": 1.25, "step_m": 10, "source": "test",
    "speeds": SPEEDS,
}  # fmt: skip


def norm_of(settings: TargetGroupSettings, code: str, category: str) -> list[float]:
    norm = settings.norms_of(code)[category]
    return [norm.comfort_m, norm.norm_m, norm.uiterst_m]


# --- How fast at an age ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "m_per_s"),
    [
        (None, 1.25),  # at the reference speed
        (40, 1.1),  # under the youngest that is known
        (60, 1.1),
        (62.5, 1.05),  # a quarter of the way from 1.1 to 0.9
        (65, 1.0),
        (70, 0.9),
        (85, 0.6),  # three quarters of the way from 0.9 to 0.5
        (90, 0.5),
        (105, 0.5),  # over the oldest
    ],
)
def test_the_factor_is_the_speed_at_an_age_over_that_of_the_reference(age: float | None, m_per_s: float) -> None:
    assert Actieradius.model_validate(BY_AGE).factor(age) == pytest.approx(m_per_s / 1.25)


def test_who_is_older_walks_no_farther() -> None:
    actieradius = Actieradius.model_validate(BY_AGE)
    factors = [actieradius.factor(half_years / 2) for half_years in range(40, 221)]
    assert all(old <= young + 1e-12 for young, old in pairwise(factors))
    assert [factors[0], factors[-1]] == pytest.approx([0.88, 0.4])


# --- Norms by age ----------------------------------------------------------------------------------------------------


def test_norms_by_age_are_those_of_the_reference_in_whole_steps() -> None:
    groups = {**GROUPS, "older": group(walking_age=65), "oldest": group(walking_age=99)}
    settings = group_settings(groups, **BY_AGE)
    # 500, 800 and 1,500 m at 1.0 / 1.25 = 0.8 and at 0.5 / 1.25 = 0.4; 350 m x 0.4 = 140.
    assert norm_of(settings, "all_inhabitants", "supermarket") == [500, 800, 1500]
    assert norm_of(settings, "older", "supermarket") == [400, 640, 1200]
    assert norm_of(settings, "oldest", "supermarket") == [200, 320, 600]
    assert norm_of(settings, "oldest", "stop") == [140, 200, 320]


def test_norms_by_age_are_rounded_to_the_step() -> None:
    settings = group_settings({**GROUPS, "older": group(walking_age=62.5)}, **{**BY_AGE, "step_m": 50})
    # 0.84 x 500 = 420, x 800 = 672, x 1,500 = 1,260
    assert norm_of(settings, "older", "supermarket") == [400, 650, 1250]


def test_norms_by_age_stay_apart_where_steps_are_coarse() -> None:
    norms = {"usual": {"stop": Norm(comfort_m=90, norm_m=100, uiterst_m=110)}}
    settings = group_settings({**GROUPS, "oldest": group(walking_age=90)}, norms, **{**BY_AGE, "step_m": 100})
    assert norm_of(settings, "oldest", "stop") == [100, 200, 300]


def test_a_group_keeps_the_categories_of_the_set_that_it_names() -> None:
    norms = {**NORMS, "two": {"supermarket": Norm(comfort_m=1, norm_m=2, uiterst_m=3)}}
    groups = {**GROUPS, "older": group(walking_age=65, norms="two")}
    by_age, fixed = group_settings(groups, norms, **BY_AGE), group_settings(groups, norms)
    assert list(by_age.norms_of("older")) == ["supermarket"]
    assert norm_of(by_age, "older", "supermarket") == [400, 640, 1200]  # of the reference, not of its own set
    assert norm_of(fixed, "older", "supermarket") == [1, 2, 3]


def test_fixed_norms_do_not_depend_on_age() -> None:
    settings = group_settings({**GROUPS, "oldest": group(walking_age=99)})
    assert settings.norms_of("oldest") == settings.norms_of("all_inhabitants") == settings.norms["usual"]


@pytest.mark.parametrize("age", [20.0, 61.3, 69.9, 88.8, 110.0])
@pytest.mark.parametrize("step_m", [1.0, 10.0, 25.0, 100.0])
def test_norms_by_age_ascend_and_are_no_longer_than_those_of_the_reference(age: float, step_m: float) -> None:
    settings = group_settings({**GROUPS, "older": group(walking_age=age)}, **{**BY_AGE, "step_m": step_m})
    for category, norm in settings.norms_of("older").items():  # Norm itself refuses what does not ascend
        reference = settings.norms["usual"][category]
        assert norm.uiterst_m <= max(reference.uiterst_m, 3 * step_m)
        assert norm.norm_m % step_m == 0


def test_profiles_in_use_come_on_foot_first() -> None:
    groups = {"slow": group(profile="rollator"), **GROUPS, "slower": group(profile="rollator")}
    assert group_settings(groups).profiles == ["on_foot", "rollator"]
    assert group_settings().profiles == ["on_foot"]


# --- Faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"speeds": SPEEDS[::-1]}, "speeds moet oplopen in leeftijd"),
        ({"speeds": [SPEEDS[0], SPEEDS[0]]}, "speeds moet oplopen in leeftijd"),
        ({"speeds": SPEEDS[:1]}, "at least 2"),
        ({"reference_m_per_s": 1.19}, "mag niet onder een snelheid"),
        ({"step_m": 0}, "greater than 0"),
        ({"method": "leeftijd"}, "'fixed' or 'by_age'"),
    ],
)
def test_an_actieradius_that_makes_no_sense_is_refused(changed: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        Actieradius.model_validate({**BY_AGE, **changed})


@pytest.mark.parametrize(
    ("norms", "changed", "expected"),
    [
        (NORMS, {"reference_norms": "gewoon"}, "reference_norms gewoon staat niet bij norms"),
        (
            {"usual": {"gp": NORMS["usual"]["gp"]}, "more": {"stop": NORMS["usual"]["stop"]}},
            {},
            "norms.usual mist stop",
        ),
        ({"other": NORMS["usual"]}, {"reference_norms": "other"}, "onbekende normen bij all_inhabitants: usual"),
    ],
)
def test_norms_that_are_not_there_are_named(norms: Any, changed: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        group_settings(GROUPS, norms, **changed)


def test_shipped_norms_by_age_worked_by_hand() -> None:
    groups = read_sections(PROJECT / "config", ["target_groups"])["target_groups"]
    by_age = groups.model_copy(update={"actieradius": groups.actieradius.model_copy(update={"method": "by_age"})})
    # 75+ walk as at 82: from (0.736 + 0.643) / 2 = 0.6895 at 80 to (0.624 + 0.534) / 2 = 0.579 at 85, two fifths of the
    # way: 0.6453 m/s. Of 1.33 that is 0.4852: 500, 800 and 1,500 m become 242.6, 388.2 and 727.8.
    assert norm_of(by_age, "age_75_plus", "supermarket") == [240, 390, 730]
    assert norm_of(by_age, "all_inhabitants", "supermarket") == [500, 800, 1500]
    assert norm_of(by_age, "wheelchair", "supermarket") == [500, 800, 1500]
    assert list(by_age.norms_of("dementia")) == ["supermarket", "meeting_place"]
