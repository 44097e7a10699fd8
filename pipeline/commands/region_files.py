"""The files that make a region: settings, local checks, and folders with a note of what goes in them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2
import yaml

from pipeline.config.gemeenten import OsmAround
from pipeline.errors import WoonzorgError, raise_faults
from pipeline.sources.local_checks import COLUMNS
from pipeline.tables import replaced_together

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("pipeline.commands", "templates"), undefined=jinja2.StrictUndefined, autoescape=False,
    keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
"""For YAML and Markdown: what stands in YAML goes through the filter `scalar`."""

NO_CHECKS = ",".join(COLUMNS) + "\n"
"""The file of a region without local checks."""


@dataclass(frozen=True)
class NewRegion:
    """What a region consists of.

    Parameters
    ----------
    gemeenten
        Name by code.
    provincies
        That they lie in; empty where that is not known.
    around
        Where OpenStreetMap comes from.
    as_of
        The day on which it was made, yyyy-mm-dd.
    """

    region: str
    label: str
    gemeenten: Mapping[str, str]
    provincies: tuple[str, ...]
    around: OsmAround
    as_of: str

    @property
    def extracts(self) -> list[str]:
        """The extracts of OpenStreetMap that hold it; none where it is small enough to ask Overpass."""
        if len(self.gemeenten) <= self.around.overpass_max_gemeenten:
            return []
        return self.around.extracts(self.gemeenten, self.provincies)


def region_files(new: NewRegion) -> dict[Path, str]:
    """Return the content of every file of a new region, by path below the project."""
    regions = Path("config/regions")
    return {
        regions / f"{new.region}.yaml": _rendered("region.yaml.jinja", new=new),
        regions / f"{new.region}.checks.csv": NO_CHECKS,
        **folder_notes(new.region, new.label),
    }


def folder_notes(region: str, label: str) -> dict[Path, str]:
    """Return the notes that keep the folders of a region in git, by path below the project."""
    raw = Path("data/raw") / region
    return {
        raw / "incoming/README.md": _rendered("incoming.md.jinja", region=region, label=label),
        raw / "registers/README.md": _rendered("registers.md.jinja"),
        Path("data/baselines") / region / "README.md": _rendered("baselines.md.jinja", region=region, label=label),
    }


def written(root: Path, content: Mapping[Path, str]) -> list[Path]:
    """Write the files below `root`, all or none; return their paths.

    Raises
    ------
    WoonzorgError
        For each that is there already.
    """
    there = [path for path in content if (root / path).exists()]
    raise_faults(
        WoonzorgError, [f"{path.as_posix()} bestaat al en blijft zoals het is; ruim het op." for path in there]
    )
    with replaced_together(*(root / path for path in content)) as temporary:
        for path, text in content.items():
            temporary[root / path].write_text(text, encoding="utf-8", newline="\n")
    return list(content)


def _rendered(name: str, **content: object) -> str:
    return _TEMPLATES.get_template(name).render(**content)


def _scalar(text: str) -> str:
    """Write text as YAML on one line, in quotes where it would read as something else."""
    if not text.isprintable():
        return json.dumps(text)
    return str(yaml.safe_dump(text, allow_unicode=True, width=10_000)).splitlines()[0]


_TEMPLATES.filters["scalar"] = _scalar
