"""Stage: hold all settings against their types, before anything runs."""

import sys

from pipeline.errors import SettingsError
from pipeline.settings_files import check_all
from pipeline.stages.run import CONFIG


def main() -> None:
    """Report every fault in ``config/`` and exit with 1, or do nothing."""
    try:
        check_all(CONFIG)
    except SettingsError as error:
        for fault in error.faults:
            print(f"FOUT {fault}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
