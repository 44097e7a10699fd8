"""One HTML file that asks nothing of the network: assets inlined, ids renumbered, scripts sealed by a policy."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import folium
from markupsafe import Markup

from pipeline.errors import WoonzorgError

POLICY_PLACE = "CONTENT-SECURITY-POLICY"
"""Where a page template wants its policy: the ``content`` of its meta tag."""

_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_CSS_URL = re.compile(r"""url\(\s*['"]?([^'")]*)""")
_RANDOM_ID = re.compile(r"(?<=_)[0-9a-f]{32}(?![0-9a-f])")
_LEAFLET = files("js_lib_leaflet") / "static" / "js_lib_leaflet"


class OfflineMap(folium.Map):
    """A Folium map that brings no script or style of its own; the page inlines what it needs."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 (the name and type that Folium reads)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


def render_parts(map_: OfflineMap) -> tuple[Markup, Markup]:
    """Render a map to its container and its script, with ids that are the same in every build."""
    figure: Any = map_.get_root()
    figure.render()
    container, script = figure.html.render(), figure.script.render()
    numbers: dict[str, str] = {}

    def renumber(found: re.Match[str]) -> str:
        return numbers.setdefault(found.group(), str(len(numbers)))

    script = _RANDOM_ID.sub(renumber, script)
    return Markup(_RANDOM_ID.sub(renumber, container)), Markup(script)


def leaflet_script() -> Markup:
    """Return Leaflet's code without its reference to a source map."""
    code = (_LEAFLET / "leaflet.js").read_text(encoding="utf-8")
    return Markup(re.sub(r"//# sourceMappingURL=\S*", "", code))


def leaflet_style() -> Markup:
    """Return Leaflet's style sheet with its images inside."""
    css = (_LEAFLET / "leaflet.css").read_text(encoding="utf-8")
    return Markup(re.sub(r"url\((images/[^)]+)\)", lambda found: f"url({_data_uri(found.group(1))})", css))


def _data_uri(path: str) -> str:
    return f"data:image/png;base64,{base64.b64encode((_LEAFLET / path).read_bytes()).decode()}"


def asset(name: str) -> Markup:
    """Return one of our own scripts or style sheets, to be inlined as it is."""
    return Markup((files("pipeline.publish") / name).read_text(encoding="utf-8"))


def json_for_script(text: str) -> Markup:
    """Make JSON safe inside a script element: no character that could close it."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def seal(html: str) -> str:
    """Allow exactly the inline scripts of a finished page, and refuse it if it would ask anything of the network.

    Raises
    ------
    WoonzorgError
        If an element or style refers to anything outside the page.
    """
    hashes = [hashlib.sha256(code.encode()).digest() for code in _SCRIPT.findall(html)]
    scripts = " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in hashes) or "'none'"
    sealed = html.replace(POLICY_PLACE, _POLICY.format(scripts=scripts), 1)
    outside = external_references(sealed)
    if outside:
        raise WoonzorgError(f"De pagina verwijst naar buiten ({', '.join(outside[:5])}) en zou offline niet werken.")
    return sealed


def external_references(html: str) -> list[str]:
    """Return what a page would ask of the network when it is opened."""
    finder = _ReferenceFinder()
    finder.feed(html)
    styles = [url for style in _STYLE.findall(html) for url in _CSS_URL.findall(style)]
    imports = ["@import" for style in _STYLE.findall(html) if "@import" in style]
    return [url for url in finder.found + styles if not url.startswith(("data:", "#"))] + imports


class _ReferenceFinder(HTMLParser):
    """Collects the addresses that a browser fetches by itself; a link that a reader clicks is none."""

    _FETCHING = ("src", "srcset", "data", "poster", "background", "action")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in self._FETCHING or (name == "href" and tag != "a") or (name == "href" and "//" in (value or "")):
                self.found.append(value or "")
            elif name == "style":
                self.found += _CSS_URL.findall(value or "")
