"""Ask services on the network: patiently, only those in the settings, and with one clear message when it is no use."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import tenacity

from pipeline.config.services import Service, Services, WebSettings
from pipeline.errors import SourceError

Tell = Callable[[str], None]
"""Takes a line about progress, in Dutch."""

Params = Mapping[str, str | int]
Answer = TypeVar("Answer")

_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_HEADERS = {"User-Agent": "woonzorgkaart"}
_REMEDY = (
    "wat er eerder was opgehaald blijft staan. Probeer het later opnieuw, of haal het bestand zelf op en lees het met "
    "from: file."
)


class TemporaryFaultError(Exception):
    """An answer that may be better next time.

    Parameters
    ----------
    reason
        What went wrong, in Dutch, as the middle of a sentence.
    wait_seconds
        How long the service asks to wait; None if it does not say.
    """

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class Web:
    """The way to the services.

    Parameters
    ----------
    settings
        Time-outs and patience.
    services
        All that may be asked: no other host is.
    tell
        Is told of pauses and of the progress of downloads.
    """

    settings: WebSettings
    services: Services
    tell: Tell

    @property
    def timeout(self) -> tuple[float, float]:
        """Seconds to wait for a connection, and for the next piece of an answer."""
        return self.settings.connect_seconds, self.settings.read_seconds

    def service(self, code: str) -> Service:
        """Return a service by its name in the settings.

        Raises
        ------
        SourceError
            If services.yaml does not have it.
        """
        if code not in self.services:
            raise SourceError(
                f"services.yaml: dienst {code} ontbreekt; voeg deze toe of kies uit {', '.join(self.services)}."
            )
        return self.services[code]

    def json(self, code: str, path: str, params: Params | None = None) -> Any:
        """Return the JSON that a service answers to a GET."""
        return self.patiently(code, path, lambda: _as_json(self.open(code, path, params)))

    def posted_json(
        self, code: str, path: str, data: Params, read: Callable[[Any], Any] = lambda answer: answer
    ) -> Any:
        """Return what `read` makes of the JSON that a service answers to a form; it may raise `TemporaryFaultError`."""
        return self.patiently(code, path, lambda: read(_as_json(self._send("POST", self._url(code, path), data=data))))

    def open(
        self, code: str, path: str, params: Params | None = None, *, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Ask once and return the answer unread; who asks closes it.

        `path` is below the address of the service, or a whole address on a host that may be asked.
        """
        return self._send("GET", self._url(code, path), params=params, headers=headers)

    def patiently(self, code: str, what: str, ask: Callable[[], Answer]) -> Answer:
        """Return what `ask` returns, asking again after faults that may pass.

        Raises
        ------
        SourceError
            With the service, what was asked, what went wrong and what to do; when the last attempt failed, or at once
            where asking again is no use.
        """
        service = self.service(code)
        place = f"{service.label} ({service.host}), {what}"

        def tell(state: tenacity.RetryCallState) -> None:
            seconds = state.next_action.sleep if state.next_action else 0
            self.tell(f"{place}: {_reason(state)}; opnieuw over {seconds:.0f} s.")

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.settings.attempts), wait=self._pause, before_sleep=tell,
            retry=tenacity.retry_if_exception_type(TemporaryFaultError), reraise=True,
        )  # fmt: skip
        try:
            answer: Answer = retrying(_translated, ask)
        except TemporaryFaultError as fault:
            raise SourceError(f"{place}: {fault}, ook na {self.settings.attempts} pogingen; {_REMEDY}") from None
        except _FinalFaultError as fault:
            raise SourceError(f"{place}: {fault}; {_REMEDY}") from None
        return answer

    def _pause(self, state: tenacity.RetryCallState) -> float:
        asked = getattr(state.outcome.exception(), "wait_seconds", None) if state.outcome else None
        pause: float = self.settings.first_pause_seconds * 2.0 ** (state.attempt_number - 1)
        return min(max(pause, asked or 0.0), self.settings.longest_pause_seconds)

    def _url(self, code: str, path: str) -> str:
        return urljoin(self.service(code).address.rstrip("/") + "/", path)

    def _send(self, method: str, url: str, **parts: Any) -> requests.Response:
        """Ask once, following redirects to hosts that may be asked; an answer that is no answer is a fault."""
        parts["headers"] = {**_HEADERS, **(parts.get("headers") or {})}
        for _ in range(_MOST_REDIRECTS):
            self.require_host(url)
            answer = self._asked(method, url, parts)
            if answer.status_code not in _REDIRECTS:
                _require_sound(answer)
                return answer
            answer.close()
            url, parts["params"] = next_address(url, answer.headers.get("Location", "")), None
        raise _FinalFaultError("de dienst verwijst steeds door")

    def _asked(self, method: str, url: str, parts: Mapping[str, Any]) -> requests.Response:
        try:
            return requests.request(method, url, timeout=self.timeout, allow_redirects=False, stream=True, **parts)
        except requests.RequestException:
            raise
        except ValueError:
            # The library already looks where a redirect leads.
            raise _FinalFaultError("de dienst verwijst naar een adres dat niet kan bestaan") from None

    def require_host(self, url: str) -> None:
        """Let only hosts of services be asked, also where an answer refers to another address.

        Raises
        ------
        SourceError
            If the host is none of them.
        """
        host = urlsplit(url).netloc.lower()
        if host not in {service.host for service in self.services.values()}:
            raise SourceError(
                f"{host}: staat niet in services.yaml en wordt niet benaderd; voeg de dienst toe als deze klopt."
            )


class _FinalFaultError(Exception):
    """An answer that will be the same next time."""


class NotThereError(_FinalFaultError):
    """There is no such thing at the service."""


class NoSuchPartError(TemporaryFaultError):
    """The service cannot go on from where an earlier answer stopped."""


def _translated(ask: Callable[[], Answer]) -> Answer:
    """Return what `ask` returns; what the network did wrong becomes a fault with a Dutch reason."""
    try:
        return ask()
    except requests.Timeout:
        raise TemporaryFaultError("geen antwoord binnen de tijd") from None
    except requests.exceptions.SSLError:
        raise _FinalFaultError("het certificaat van de dienst klopt niet") from None
    except requests.exceptions.ContentDecodingError:
        raise TemporaryFaultError("het antwoord is beschadigd") from None
    except requests.exceptions.ChunkedEncodingError:
        raise TemporaryFaultError("het antwoord brak af") from None
    except requests.ConnectionError as error:
        raise TemporaryFaultError(_connection_reason(str(error))) from None
    except requests.HTTPError as error:
        _require_sound(error.response)
        raise
    except requests.exceptions.JSONDecodeError:
        raise TemporaryFaultError("het antwoord is geen volledige JSON") from None
    except requests.RequestException:
        raise _FinalFaultError("de dienst antwoordt op een manier die niet te volgen is") from None


def _connection_reason(text: str) -> str:
    if "NameResolution" in text or "getaddrinfo" in text:
        return "de naam van de dienst is niet gevonden (is er een netwerk?)"
    if "refused" in text:
        return "de verbinding is geweigerd"
    return "de verbinding viel weg"


def _reason(state: tenacity.RetryCallState) -> str:
    return str(state.outcome.exception()) if state.outcome else ""


def next_address(url: str, location: str) -> str:
    """Return where an answer refers to; never from an encrypted address to one that anyone on the way can read."""
    following = urljoin(url, location)
    if urlsplit(url).scheme == "https" and urlsplit(following).scheme != "https":
        raise _FinalFaultError("de dienst verwijst naar een adres zonder versleuteling")
    return following


def _require_sound(answer: requests.Response) -> None:
    """Raise what is wrong with an answer, and close it."""
    try:
        _raise_if_unsound(answer)
    except BaseException:
        answer.close()
        raise


def _raise_if_unsound(answer: requests.Response) -> None:
    code = answer.status_code
    if code in _TRY_AGAIN:
        busy = " (te druk)" if code == 429 else ""
        raise TemporaryFaultError(f"de dienst antwoordt {code}{busy}", _asked_pause(answer))
    if code == requests.codes.requested_range_not_satisfiable:
        raise NoSuchPartError("de dienst kan niet verdergaan waar het ophalen stopte")
    if code >= 400:
        kind = NotThereError if code in {404, 410} else _FinalFaultError
        raise kind(f"de dienst antwoordt {code}: bestaat de tabel of het bestand nog")
    if "html" in answer.headers.get("Content-Type", "").lower():
        raise TemporaryFaultError("de dienst geeft een webpagina in plaats van gegevens")


def _asked_pause(answer: requests.Response) -> float | None:
    """Return how many seconds the service asks to wait: it gives a number, or a moment."""
    asked = answer.headers.get("Retry-After", "")
    if asked.isascii() and asked.isdigit():
        return float(asked)
    # A moment without its zone cannot be held against the clock.
    with suppress(ValueError, TypeError):
        return max((parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds(), 0)
    return None


def _as_json(answer: requests.Response) -> Any:
    with answer:
        content = answer.content
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise TemporaryFaultError("het antwoord is geen volledige JSON") from None
