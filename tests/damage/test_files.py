"""Every damage of every incoming file ends in a message or in the right result, never in anything else."""

from collections import Counter

import pytest

from tests.conftest import has_real_data, real_folder
from tests.damage.all_at_once import run_cases
from tests.damage.case import Case, Found, Outcome
from tests.damage.regions import KAMPEN, REGIONS, cases

CASES: dict[str, Case] = {str(case): case for region in REGIONS for case in cases(region)}
MARKED = [pytest.param(name, marks=pytest.mark.real) if case.region == KAMPEN else name for name, case in CASES.items()]
UNSEEN_SHARE = 0.02
"""Of all damages, at most this share may go unseen: some bits turned over give another true file."""


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """Return what every case that was asked for ended in; all are run at once."""
    asked = {
        str(item.callspec.params["name"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.module is request.module and "name" in item.fixturenames
    }
    real_data = real_folder() if has_real_data() else None
    wanted = [name for name in asked if CASES[name].region != KAMPEN or real_data is not None]
    return run_cases(wanted, tmp_path_factory.mktemp("damage"), real_data)


@pytest.mark.parametrize("name", MARKED)
def test_a_damage_ends_as_it_should(name: str, found: dict[str, Found], request: pytest.FixtureRequest) -> None:
    if CASES[name].region == KAMPEN:
        request.getfixturevalue("real_data")
    assert not found[name].problem, found[name].problem
    assert found[name].outcome in CASES[name].damage.wanted


def test_hardly_any_damage_goes_unseen(found: dict[str, Found]) -> None:
    outcomes = Counter(one.outcome for one in found.values())
    assert outcomes[Outcome.UNDETECTABLE] <= UNSEEN_SHARE * max(len(found), 100), outcomes


def test_no_two_damages_have_one_name() -> None:
    assert len(CASES) == sum(1 for region in REGIONS for _ in cases(region))
