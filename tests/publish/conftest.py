"""Results of the hand-made region."""

import pytest

from pipeline.publish.results import Results
from tests.publish.hand_made import make_results


@pytest.fixture(scope="session")
def results() -> Results:
    return make_results()
