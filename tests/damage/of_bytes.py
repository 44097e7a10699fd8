"""Damages of any file: missing, empty, cut off, bytes flipped, something else altogether."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.damage.case import Damage, Inflict, refused, unpredictable

PLACES = 10
FLIPS = (1, 1, 1, 2, 2, 4, 8, 64)
"""Bits turned over, per damage."""

WEB_PAGE = b"<!DOCTYPE html>\n<html><head><title>404</title></head>\n<body>Niet gevonden, helaas</body></html>\n"
PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def damages(cut_off: Callable[[str, Inflict], Damage]) -> Iterator[Damage]:
    """Yield the damages that any file can meet; `cut_off` says what is wanted of a file that ends early."""
    yield refused("missing", lambda path: path.unlink(), "bestand ontbreekt")
    yield refused("a folder of that name", _folder, "bestand ontbreekt")
    yield refused("empty", partial(_write, b""), "bestand is leeg")
    yield refused("a web page", partial(_write, WEB_PAGE))
    yield refused("a picture", partial(_write, PICTURE))
    yield refused("zeros alone", _zeros)
    for place in range(1, PLACES + 1):
        yield cut_off(f"cut off at {place}/{PLACES + 1}", partial(_cut, place))
    for seed, count in enumerate(FLIPS):
        yield unpredictable(f"{count} bits flipped, seed {seed}", partial(flip, seed, count))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _write(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _cut(place: int, path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * place // (PLACES + 1)])


def flip(seed: int, count: int, path: Path) -> None:
    """Turn over `count` bits of a file."""
    content, chance = bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(count):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(content))
