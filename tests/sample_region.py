"""The sample region, made smaller than it is shipped, so that tests need not wait for it."""

import shutil
from pathlib import Path

from tests.stage_runs import PROJECT

REGION = "markerwaard"
_SHIPPED = "addresses: 15000"


def copy_settings(root: Path, addresses: int) -> None:
    """Copy the settings as shipped to ``root/config``, but let the sample region have about so many addresses."""
    shutil.copytree(PROJECT / "config", root / "config")
    path = root / "config/params.yaml"
    text = path.read_text(encoding="utf-8")
    assert _SHIPPED in text
    path.write_text(text.replace(_SHIPPED, f"addresses: {addresses}"), encoding="utf-8")
