"""What each stage does, in the analyst's words."""

_WORDS = {
    "check_settings": "instellingen nakijken",
    "fetch_areas": "grenzen overnemen",
    "fetch_figures": "cijfers overnemen",
    "fetch_osm": "OpenStreetMap overnemen",
    "fetch_timetables": "dienstregeling overnemen",
    "fetch_registers": "registers van voorzieningen overnemen",
    "build_figures": "cijfers lezen",
    "build_areas": "gebieden en woningen bepalen",
    "read_timetables": "dienstregeling lezen",
    "extract_facilities": "voorzieningen zoeken",
    "conflate_facilities": "registers met de kaart samenvoegen",
    "apply_local_checks": "lokale controles toepassen",
    "extract_background": "kaartachtergrond maken",
    "build_network": "loopnetwerk maken",
    "estimate_demand": "mensen per doelgroep schatten",
    "judge_completeness": "volledigheid van de kaart beoordelen",
    "form_clusters": "kleine gebieden samenvoegen",
    "compute_reach": "loopafstanden berekenen",
    "summarise_reach": "bereik samenvatten",
    "flag_witte_vlekken": "witte vlekken bepalen",
    "check_results": "uitkomsten controleren",
    "record_basis": "grondslag vastleggen",
    "publish_map": "kaart maken",
}


def in_words(stage: str) -> str:
    """Say what a stage of DVC does, and for which region; one that is not known keeps its name.

    Examples
    --------
    >>> in_words("compute_reach@kampen"), in_words("check_settings"), in_words("new@kampen")
    ('loopafstanden berekenen (kampen)', 'instellingen nakijken', 'new (kampen)')
    """
    action, _, region = stage.partition("@")
    words = _WORDS.get(action, action)
    return f"{words} ({region})" if region else words
