"""Put folders back as they were when what changes them is broken off."""

import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def undone_if_interrupted(folders: Sequence[Path]) -> Iterator[None]:
    """Put `folders` back as they were if the body ends by Ctrl-C; whatever else it raises leaves them as they are.

    Each folder is only ever replaced whole, so that it is enough to keep links to its files.
    """
    # Named as `replaced_together` names what it keeps, so that what a killed process leaves is cleared away by it.
    mark = f"{os.getpid()}-{uuid.uuid4().hex}"
    kept = {folder: folder.with_name(f".{folder.name}.{mark}.old") for folder in folders}
    try:
        for folder, copy in kept.items():
            if folder.is_dir():
                shutil.copytree(folder, copy, copy_function=_linked)
        yield
    except KeyboardInterrupt:
        for folder, copy in kept.items():
            shutil.rmtree(folder, ignore_errors=True)
            if copy.is_dir():
                copy.replace(folder)
        raise
    finally:
        for copy in kept.values():
            shutil.rmtree(copy, ignore_errors=True)


def _linked(source: str, target: str) -> str:
    """Link a file, or copy it where the disk knows no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
