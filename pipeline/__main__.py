"""The command line: ``woonzorg``."""

import sys
from collections.abc import Callable
from functools import wraps

import typer

from pipeline.commands.adopt import adopt
from pipeline.commands.baseline import baseline
from pipeline.commands.bundle import bundle
from pipeline.commands.check import check
from pipeline.commands.compare import compare
from pipeline.commands.explain import explain
from pipeline.commands.fetch import fetch
from pipeline.commands.maps import maps
from pipeline.commands.new_region import new_region
from pipeline.commands.run import run
from pipeline.commands.sources import sources
from pipeline.errors import WoonzorgError

COMMANDS: tuple[Callable[..., None], ...] = (
    check,
    run,
    new_region,
    fetch,
    sources,
    bundle,
    adopt,
    explain,
    compare,
    baseline,
    maps,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Woonzorgkaart: witte vlekken per wijk of dorp.")


@app.callback()
def woonzorg() -> None:
    """Woonzorgkaart."""


def _reporting(command: Callable[..., None]) -> Callable[..., None]:
    """Return `command` such that it writes its faults to standard error and exits with 1."""

    @wraps(command)
    def reported(*args: object, **kwargs: object) -> None:
        try:
            command(*args, **kwargs)
        except WoonzorgError as error:
            faults = error.faults
        except OSError as error:
            faults = (f"lezen of schrijven mislukte ({error}); controleer schijfruimte en rechten.",)
        else:
            return
        for fault in faults:
            print(f"FOUT {fault}", file=sys.stderr)
        raise typer.Exit(1)

    return reported


for _command in COMMANDS:
    app.command()(_reporting(_command))


if __name__ == "__main__":
    app()
