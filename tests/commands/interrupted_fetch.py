"""``woonzorg fetch`` in a process of its own, with a table of a service at the address that is given."""

import sys

from pipeline.__main__ import app
from pipeline.stages import fetch_figures
from tests.commands.live import taking

if __name__ == "__main__":
    setattr(fetch_figures, "take_snapshot", taking(sys.argv[1]))  # noqa: B010
    app(sys.argv[2:])
