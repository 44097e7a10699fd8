"""Stage: let what someone found on the spot overrule the facilities on the map."""

from pipeline.config.facilities import FacilitySettings
from pipeline.config.region import LocalCheckSettings
from pipeline.contracts import FACILITIES, KNOWN_FACILITIES, LOCAL_CHECKS, UNITS
from pipeline.model import local_checks as model
from pipeline.sources.local_checks import read_local_checks
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def apply_local_checks(files: RegionFiles, *, facilities: FacilitySettings, local_checks: LocalCheckSettings) -> None:
    """Read the local checks, find what they are about, and add, move and remove facilities."""
    path, mapped = files.local_checks, files.read(KNOWN_FACILITIES)
    checks = model.resolve_checks(
        read_local_checks(path, list(facilities.categories)),
        files.read(UNITS), mapped, file=path.name, as_of=local_checks.as_of, same_place_m=facilities.same_place_m,
    )  # fmt: skip
    files.write(
        (LOCAL_CHECKS, checks),
        (FACILITIES, model.apply_checks(mapped, checks, same_place_m=facilities.same_place_m)),
    )


if __name__ == "__main__":
    run(apply_local_checks)
