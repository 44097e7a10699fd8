"""Plain Dutch about one category of facilities: how far, for how many, and what is not known."""

from dataclasses import dataclass

from pipeline.publish.dutch_numbers import norm_distance, people_bounds, persons, share, share_interval
from pipeline.publish.facts import Beyond, CategoryFacts
from pipeline.publish.labels import NO_DATA, PROVISIONAL, REACH, in_sentence, listing, sentence
from pipeline.publish.path_sentences import deciding_paths, median_text, unknown_paths_clause
from pipeline.publish.paths import Aid, Paths


@dataclass(frozen=True)
class CategoryLine:
    """What is said of a category: short texts for a table, and the whole sentence."""

    category: str
    label: str
    is_essential: bool
    median: str
    share: str
    status: str
    sentence: str


def category_line(facts: CategoryFacts, share_beyond: float, aid: Aid | None) -> CategoryLine:
    """Put the facts of a category into words.

    Parameters
    ----------
    facts
        One category of one unit and group.
    share_beyond
        The share (0-1) above which a category is out of reach.
    aid
        What the group walks with; None is on foot.
    """
    judgement = facts.judgement
    status = REACH[judgement.reach]
    if judgement.is_provisional:
        status = f"{status}, {PROVISIONAL}"
    if not judgement.is_essential:
        status = f"{status}; telt niet mee"
    norm = facts.beyond.get("norm")
    return CategoryLine(
        facts.category,
        facts.label,
        judgement.is_essential,
        median_text(facts.walk),
        REACH["no_norm"] if norm is None else share_interval(norm.share_low, norm.share_high, share_beyond),
        status,
        " ".join(_sentences(facts, norm, status, share_beyond, aid)),
    )


def _sentences(
    facts: CategoryFacts, norm: Beyond | None, status: str, share_beyond: float, aid: Aid | None
) -> list[str]:
    median = f"mediaan {median_text(facts.walk)}"
    if facts.walk is not None and facts.walk.facility_id is None:
        median = "op de kaart is er geen die te voet te bereiken is"
    reach = status
    if norm is not None:
        is_undecided = facts.judgement.reach == "undecided"
        beyond = _beyond(norm, share_beyond, is_undecided, aid)
        reach = f"{beyond}: {status}{_bounds(norm, share_beyond, is_undecided)}"
    found = [sentence(f"{facts.label}: {median}; {reach}")]
    uiterst = facts.beyond.get("uiterst")
    if facts.judgement.uiterst_reach == "beyond" and uiterst is not None:
        far = share_interval(uiterst.share_low, uiterst.share_high, share_beyond)
        found.append(f"Ook verder dan het uiterste: {far} woont verder dan {norm_distance(uiterst.distance_m)}.")
        if facts.judgement.is_uiterst_provisional and not facts.judgement.is_provisional:
            found.append(f"Zo ver weg kunnen er {in_sentence(facts.plural)} op de kaart ontbreken.")
    if facts.judgement.is_provisional:
        found.append(f"Er kunnen {in_sentence(facts.plural)} op de kaart ontbreken.")
    if facts.doubt and (facts.judgement.is_provisional or facts.judgement.is_uiterst_provisional):
        found.append(facts.doubt)
    if facts.nearest_name is not None and facts.walk is not None and facts.walk.median_m is not None:
        found.append(f"Het vaakst het dichtstbij: {facts.nearest_name}.")
    return found


def _beyond(norm: Beyond, share_beyond: float, is_undecided: bool, aid: Aid | None) -> str:
    limit = norm_distance(norm.distance_m)
    if norm.share_low is None or norm.share_high is None:
        return f"hoeveel mensen verder wonen dan {limit} is onbekend ({NO_DATA})"
    low, high = share(norm.share_low, share_beyond), share(norm.share_high, share_beyond)
    if low == high:
        return f"{low} woont verder dan {limit}"
    paths = [unknown_paths_clause(aid, norm.paths_share)] if aid and norm.paths_share else []
    if not is_undecided:
        because = f", onder meer omdat {listing([*_gaps(norm), *paths])}" if paths else ""
        return f"zeker {low} en hoogstens {high} woont verder dan {limit}{because}"
    gaps = listing([*_gaps(norm), *paths])
    if norm.edge_share:
        known = share(min(norm.share_low + norm.edge_share, norm.share_high), share_beyond)
        meanwhile = f", terwijl {gaps}" if gaps else ""
        return (
            f"{known} woont verder dan {limit} van de dichtstbijzijnde die bekend is, maar voor "
            f"{share(norm.edge_share)} kan er buiten de kaartuitsnede één dichterbij zijn{meanwhile}"
        )
    return f"zeker {low} en hoogstens {high} woont verder dan {limit}, omdat {gaps or 'de cijfers een marge hebben'}"


def _gaps(norm: Beyond) -> list[str]:
    gaps = []
    if norm.not_connected_share:
        gaps.append(f"voor {share(norm.not_connected_share)} geen looproute bekend is")
    if norm.not_placed_share:
        gaps.append(f"van {share(norm.not_placed_share)} de woning niet bekend is")
    return gaps


def _bounds(norm: Beyond, share_beyond: float, is_undecided: bool) -> str:
    if norm.share_low is None or norm.share_high is None:
        return ""
    people = persons(people_bounds(norm.people_low, norm.people_high))
    if not (norm.edge_share and is_undecided):
        return f" ({people})"
    return f" (zeker {share(norm.share_low, share_beyond)}, hoogstens {share(norm.share_high, share_beyond)}; {people})"


def deciding_data(undecided: list[CategoryFacts], aid: Aid | None, paths: Paths | None) -> list[str]:
    """Say which data would decide the categories that are undecided, one sentence per kind of datum."""
    causes = {facts.category: _causes(facts) for facts in undecided}
    edge = [facts for facts in undecided if "edge" in causes[facts.category]]
    found = [_edge_check(edge)] if edge else []
    on_paths = [facts for facts in undecided if "paths" in causes[facts.category]]
    if aid and on_paths:
        found.append(deciding_paths(on_paths, aid, paths))
    others = {
        "not_connected": "de looproute naar de adressen die nu aan geen enkele weg vastzitten",
        "not_placed": "de adressen van de bewoners die nu op geen woning zijn geplaatst",
        "figure": "het aantal mensen van deze groep in dit gebied, dat nu ontbreekt of geheim is",
        "margin": "nauwkeuriger cijfers over deze groep in dit gebied",
    }
    found += [text for cause, text in others.items() if any(cause in one for one in causes.values())]
    doubtful = [in_sentence(facts.plural) for facts in edge if facts.judgement.completeness != "complete"]
    if doubtful:
        found.append(
            f"voor een oordeel zonder voorbehoud ook of op de kaart geen {listing(doubtful, last='of')} ontbreken"
        )
    return [sentence(text) for text in found]


def _causes(facts: CategoryFacts) -> list[str]:
    cause, norm = facts.judgement.undecided_cause, facts.beyond.get("norm")
    if cause != "combined" or norm is None:
        return [cause]
    parts = {
        "edge": norm.edge_share,
        "not_connected": norm.not_connected_share,
        "not_placed": norm.not_placed_share,
        "paths": norm.paths_share,
    }
    return [name for name, part in parts.items() if part]


def _edge_check(undecided: list[CategoryFacts]) -> str:
    limits = {facts.category: norm_distance(facts.beyond["norm"].distance_m) for facts in undecided}
    labels = {facts.category: in_sentence(facts.label) for facts in undecided}
    start = "een controle ter plaatse of er buiten de rand van de kaart"
    if len(undecided) == 1:
        only = undecided[0].category
        return f"{start} binnen {limits[only]} lopen een {labels[only]} is"
    wanted = [f"{labels[code]} ({limits[code]})" for code in labels]
    return f"{start} binnen loopafstand een {listing(wanted, last='of')} is"
