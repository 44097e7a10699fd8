"""Boundaries of buurten, wijken and postcode areas from files."""

import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyproj.exceptions import ProjError

from pipeline.config.params import LimitSettings
from pipeline.config.sources import AreaLayer
from pipeline.contracts import AREAS, CRS
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.codes import clean_codes, is_code, is_unknown
from pipeline.sources.shapes import NETHERLANDS, repair

_HA_PER_KM2 = 100
_M2_PER_HA = 10_000
_OFFENDERS_SHOWN = 5


def read_areas(layers: Sequence[AreaLayer], folder: Path, limits: LimitSettings) -> gpd.GeoDataFrame:
    """Read all layers of areas from `folder`; `limits` says how much land a boundary can hold.

    Returns
    -------
    Areas as `contracts.AREAS` has them, in EPSG:28992. Land area is missing where the source gives none. A boundary
    that crosses itself is repaired where that changes no more of its area than `limits` allows.

    Raises
    ------
    SourceError
        With every fault of every file: unreadable, wrong CRS, columns missing, codes malformed or twice, names blank,
        geometry missing, empty, invalid or outside the Netherlands, more land than the boundary holds.
    """
    frames: list[gpd.GeoDataFrame] = []
    faults: list[str] = []
    present: dict[str, list[str]] = {}
    for file in dict.fromkeys(layer.file for layer in layers):
        with collected(faults):
            present[file] = _layers_of(folder / file)
    for layer in (one for one in layers if one.file in present):
        with collected(faults):
            frames.append(_read_layer(layer, folder / layer.file, present[layer.file], limits))
    raise_faults(SourceError, faults)
    areas = pd.concat(frames, ignore_index=True)
    twice = sorted(areas.loc[areas["area_code"].duplicated(), "area_code"].unique())
    raise_faults(SourceError, [f"gebied {code} staat in meer dan één laag; laat er één weg." for code in twice])
    return gpd.GeoDataFrame(areas, geometry="geometry", crs=CRS)


def require_wijken(areas: gpd.GeoDataFrame, gemeenten: Collection[str]) -> None:
    """Require, of each buurt of these gemeenten, the wijk that its code names; where there are buurten at all.

    Raises
    ------
    SourceError
        With every wijk that is missing.
    """
    of_region = areas[areas["gemeente_code"].isin(list(gemeenten))]
    codes = {level: of_region.loc[of_region["area_level"] == level, "area_code"] for level in ("buurt", "wijk")}
    missing = sorted(set("WK" + codes["buurt"].str[2:8]) - set(codes["wijk"]))
    if missing:
        shown = ", ".join(missing[:_OFFENDERS_SHOWN])
        raise SourceError(
            f"{len(missing)} wijken waarin buurten van de regio liggen ontbreken ({shown}); "
            "kies voor buurten en wijken hetzelfde jaar, of haal ze opnieuw op."
        )


def repaired_areas(layers: Sequence[AreaLayer], folder: Path, limits: LimitSettings) -> dict[str, list[str]]:
    """Return, per file that has any, the codes of the areas whose boundary is repaired when it is read."""
    found: dict[str, list[str]] = {}
    for layer in layers:
        raw = _chosen(_read_file(layer, folder / layer.file, layer.file), layer)
        _, is_repaired = repair(raw.geometry.to_numpy(), limits.repaired_share)
        if is_repaired.any():
            found.setdefault(layer.file, []).extend(clean_codes(raw[layer.code])[is_repaired].sort_values())
    return found


def read_attributes(layer: AreaLayer, folder: Path) -> pd.DataFrame:
    """Read the attributes of the areas of a layer as text, as from a CSV; empty where a value is missing."""
    raw = _chosen(_read_file(layer, folder / layer.file, layer.file), layer)
    return pd.DataFrame({str(name): raw[name].map(_written).astype("str") for name in raw.columns.drop("geometry")})


def _written(value: Any) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value).strip()


def _chosen(raw: gpd.GeoDataFrame, layer: AreaLayer) -> gpd.GeoDataFrame:
    """Return the rows that the settings of a layer choose."""
    for column, values in layer.where.items():
        raw = raw[raw[column].astype("str").str.strip().isin(values)]
    return raw


def _layers_of(path: Path) -> list[str]:
    """Return the names of the layers in a file."""
    with _readable(path, path.name):
        return [str(name) for name, _ in pyogrio.list_layers(path)]


@contextmanager
def _readable(path: Path, place: str) -> Iterator[None]:
    """Turn what GDAL raises on a damaged file into one sentence; what it warns of is looked for in words of ours."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except UnicodeDecodeError:
        raise SourceError(f"{place}: tekst is niet in UTF-8; bewaar het bestand opnieuw in UTF-8.") from None
    except (pyogrio.errors.DataSourceError, shapely.errors.GEOSException, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).replace(str(path), path.name).split()).split("; ")[0]
        raise SourceError(f"{place}: niet leesbaar als kaartlaag ({reason}); zet er een gave kopie neer.") from None


def _read_layer(layer: AreaLayer, path: Path, present: list[str], limits: LimitSettings) -> gpd.GeoDataFrame:
    place = f"{layer.file}, laag {layer.layer}" if layer.layer else layer.file
    if layer.layer and layer.layer not in present:
        raise SourceError(f"{place}: ontbreekt (wel aanwezig: {', '.join(present)}); verbeter het bestand of layer.")
    if not layer.layer and len(present) > 1:
        raise SourceError(f"{place}: heeft meer dan één laag ({', '.join(present)}); kies er één met layer.")
    raw = _read_file(layer, path, place)
    wanted = [layer.code, layer.name, layer.woonplaats, layer.land_ha, *layer.where]
    raise_faults(
        SourceError,
        [
            f"{place}: kolom {column} ontbreekt (wel aanwezig: {', '.join(map(str, raw.columns[:8]))}); "
            "verbeter het bestand of de instelling."
            for column in wanted
            if column is not None and column not in raw.columns
        ],
    )
    raw = _chosen(raw, layer)
    if raw.empty:
        raise SourceError(f"{place}: geen gebieden met {layer.where}; verbeter het bestand of de instelling where.")
    raw = raw.set_geometry(gpd.GeoSeries(repair(raw.geometry.to_numpy(), limits.repaired_share)[0], raw.index, crs=CRS))
    codes = clean_codes(raw[layer.code])
    land_ha = _land_ha(raw, layer.land_ha)
    faults = [*_code_faults(raw[layer.code], codes, layer, place), *_name_faults(raw, codes, layer, place)]
    of_shapes = _geometry_faults(raw.geometry, codes, place)
    faults += of_shapes or _land_faults(raw, land_ha, codes, layer, place, limits.land_of_polygon)
    raise_faults(SourceError, faults)
    areas = pd.DataFrame(
        {
            "area_code": codes,
            "area_level": layer.level,
            "area_name": _text(raw, layer.name),
            "gemeente_code": pd.Series(pd.NA, raw.index, "str") if layer.level == "postcode" else "GM" + codes.str[2:6],
            "woonplaats_name": _text(raw, layer.woonplaats),
            "land_km2": land_ha / _HA_PER_KM2,
            "geometry": shapely.force_2d(raw.geometry.to_numpy()),
        }
    )
    return gpd.GeoDataFrame(areas[list(AREAS.columns)], geometry="geometry", crs=CRS)


def _read_file(layer: AreaLayer, path: Path, place: str) -> gpd.GeoDataFrame:
    with _readable(path, place):
        raw = pyogrio.read_dataframe(path, layer=layer.layer)
    if not isinstance(raw, gpd.GeoDataFrame) or raw.empty:
        raise SourceError(f"{place}: bevat geen gebieden; zet er een gave kopie neer.")
    if raw.crs is None:
        raise SourceError(f"{place}: coördinatenstelsel ontbreekt; geef het bestand het stelsel {CRS} (RD).")
    try:
        return raw.to_crs(CRS)
    except ProjError:
        raise SourceError(
            f"{place}: coördinatenstelsel {raw.crs.name} is niet om te rekenen; geef het het stelsel {CRS} (RD)."
        ) from None


def _code_faults(raw: pd.Series, codes: pd.Series, layer: AreaLayer, place: str) -> list[str]:
    faults = []
    malformed = raw[~is_code(codes, layer.level)]
    if len(malformed):
        faults.append(
            f"{place}, kolom {layer.code}: {len(malformed)} rijen zonder geldige code voor {layer.level} "
            f"({_offenders(malformed)}); verbeter de codes."
        )
    twice = codes[codes.notna() & codes.duplicated()]
    if len(twice):
        faults.append(
            f"{place}, kolom {layer.code}: code komt meer dan eens voor ({_offenders(twice)}); laat er één over."
        )
    return faults


def _name_faults(raw: pd.DataFrame, codes: pd.Series, layer: AreaLayer, place: str) -> list[str]:
    if layer.name is None:
        return []
    nameless = codes[_text(raw, layer.name).fillna("") == ""]
    if nameless.empty:
        return []
    return [f"{place}, kolom {layer.name}: naam ontbreekt; vul deze in: {_offenders(nameless)}."]


def _geometry_faults(geometry: gpd.GeoSeries, codes: pd.Series, place: str) -> list[str]:
    present = pd.notna(geometry.to_numpy()) & ~geometry.is_empty
    polygons = present & geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    inside = geometry.covered_by(NETHERLANDS)
    problems = {
        "geen geometrie; vul de grens in": ~present,
        "geometrie is geen vlak; lever vlakken": present & ~polygons,
        "ongeldige geometrie (de grens kruist zichzelf); herstel de grens": polygons & inside & ~geometry.is_valid,
        f"ligt buiten Nederland; controleer het coördinatenstelsel ({CRS}) en de volgorde van x en y":
            polygons & ~inside,
    }  # fmt: skip
    return [
        f"{place}: {problem}: {_offenders(codes[affected])} ({int(affected.sum())} gebieden)."
        for problem, affected in problems.items()
        if affected.any()
    ]


def _land_ha(raw: pd.DataFrame, column: str | None) -> pd.Series:
    """Return the land area that the source gives, in hectares; missing where it gives none."""
    if column is None:
        return pd.Series(float("nan"), raw.index)
    return pd.to_numeric(raw[column].mask(is_unknown(raw[column])), errors="coerce").astype("float64")


def _land_faults(
    raw: gpd.GeoDataFrame, land_ha: pd.Series, codes: pd.Series, layer: AreaLayer, place: str, most: float
) -> list[str]:
    if layer.land_ha is None:
        return []
    stated = ~is_unknown(raw[layer.land_ha])
    problems = {
        "is geen getal; schrijf cijfers met een punt als decimaalteken": stated & land_ha.isna(),
        "is negatief; laat het leeg waar het onbekend is": land_ha < 0,
        f"is meer land dan {most:g} maal wat de grens omsluit; geef hectaren":
            land_ha > most * raw.geometry.area / _M2_PER_HA,
    }  # fmt: skip
    return [
        f"{place}, kolom {layer.land_ha}: '{raw.loc[affected, layer.land_ha].iloc[0]}' {problem}: "
        f"{_offenders(codes[affected])}."
        for problem, affected in problems.items()
        if affected.any()
    ]


def _offenders(codes: pd.Series) -> str:
    texts = codes.astype("str").str.strip()
    shown = texts.where(texts != "").fillna("(leeg)").drop_duplicates()
    return ", ".join(shown.head(_OFFENDERS_SHOWN))


def _text(raw: pd.DataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series(pd.NA, raw.index, "str")
    return raw[column].astype("str").str.strip()
