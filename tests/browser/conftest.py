"""Headless Chromium, and the pages of the hand-made region opened from disk."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from pipeline.publish.index_page import build_index
from pipeline.publish.map_page import build_map
from tests.publish.hand_made import make_results


@dataclass
class Opened:
    """A page that was opened, with all that it asked for and said."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium; without it these tests are skipped, or fail where CI is set."""
    chromium = shutil.which("chromium")
    if chromium is None:
        reason = "chromium is not installed (Debian: apt-get install chromium); the pages were not opened in a browser"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages of the hand-made region."""
    folder = tmp_path_factory.mktemp("maps")
    results = make_results()
    (folder / "kaart.html").write_text(build_map(results), encoding="utf-8")
    (folder / "index.html").write_text(build_index(results), encoding="utf-8")
    return folder


def _open(browser: Browser, file: Path) -> Opened:
    opened = Opened(browser.new_page(viewport={"width": 1280, "height": 800}))
    page = opened.page
    page.set_default_timeout(5000)
    page.on("request", lambda request: opened.requests.append(request.url))
    page.on("console", lambda message: opened.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))

    def refuse(dialog: Dialog) -> None:
        opened.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", refuse)
    page.goto(file.as_uri())
    return opened


@pytest.fixture
def map_page(browser: Browser, pages: Path) -> Iterator[Opened]:
    opened = _open(browser, pages / "kaart.html")
    yield opened
    opened.page.close()


@pytest.fixture
def index_page(browser: Browser, pages: Path) -> Iterator[Opened]:
    opened = _open(browser, pages / "index.html")
    yield opened
    opened.page.close()
