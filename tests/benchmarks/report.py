"""The tables of ``docs/benchmarks.md``, and the machine that they were measured on."""

import datetime
import importlib.metadata
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.tables import replaced_together

_PACKAGES = ("numpy", "scipy", "pandas", "geopandas", "shapely", "osmium", "pyarrow", "networkx", "igraph", "networkit",
             "pandana", "osmnx", "pyrosm")  # fmt: skip
_KB_PER_GB = 1024 * 1024


@dataclass(frozen=True)
class Table:
    """A table with a title, a line on what was measured, and a note below it."""

    title: str
    what: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def markdown(self) -> str:
        """Return the table in Markdown; all columns but the first are to the right where they hold numbers."""
        right = [all(_is_number(row[column]) for row in self.rows) for column in range(len(self.head))]
        lines = [list(self.head), ["---:" if one else "---" for one in right], *self.rows]
        drawn = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return "\n\n".join(part for part in (f"### {self.title}", self.what, drawn, self.note) if part)


def _is_number(text: str) -> bool:
    return not text or text[0].isdigit() or text in ("not measured", "1")


def times(one: float, other: float) -> str:
    """Return how many times `other` goes into `one`, to two digits."""
    ratio = one / other
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2f}"


def megabytes(peak_mb: float | None) -> str:
    """Return memory in words."""
    return "not measured" if peak_mb is None else f"{peak_mb:,.0f}"


def machine() -> str:
    """Return the machine, the versions and the day in words."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    return (
        f"Measured on {today}: {_processor()}, {os.cpu_count()} cores, {_memory()}, {platform.system()}; Python "
        f"{platform.python_version()}, {', '.join(_versions())}. Load of the machine when it began: "
        f"{os.getloadavg()[0]:.1f}."
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="ascii", errors="replace").splitlines() if info.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> str:
    info = Path("/proc/meminfo")
    if not info.exists():
        return "memory unknown"
    return f"{int(info.read_text(encoding='ascii').split()[1]) / _KB_PER_GB:.0f} GB of memory"


def _versions() -> list[str]:
    found = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"no {name}")
    return found


def write_report(path: Path, introduction: str, parts: Iterable[tuple[str, str, Sequence[Table] | None]]) -> None:
    """Write the report, whole or not at all; a part has a title, an explanation, and tables unless not measured yet."""
    texts = [introduction]
    for title, explanation, tables in parts:
        texts += [f"## {title}", explanation]
        texts += ["**Not measured yet.**"] if tables is None else [table.markdown() for table in tables]
    with replaced_together(path) as temporary:
        temporary[path].write_text("\n\n".join(texts) + "\n", encoding="utf-8", newline="\n")
