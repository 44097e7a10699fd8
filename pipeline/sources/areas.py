"""Boundaries of buurten, wijken and postcode areas from files."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from pipeline.config import AreaLayer
from pipeline.contracts import AREAS, CRS
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.codes import clean_codes, is_code

_HA_PER_KM2 = 100
_OFFENDERS_SHOWN = 5
_NETHERLANDS = shapely.box(-7_000, 289_000, 300_000, 629_000)
"""Where RD coordinates of the Netherlands lie, in metres: anything outside has its axes or its CRS wrong."""


def read_areas(layers: Sequence[AreaLayer], folder: Path) -> gpd.GeoDataFrame:
    """Read all layers of areas from `folder`.

    Returns
    -------
    Areas as `contracts.AREAS` has them, in EPSG:28992. Land area is missing where the source gives none.

    Raises
    ------
    SourceError
        With every fault of every file: unreadable, wrong CRS, columns missing, codes malformed or twice, geometry
        missing, empty, invalid or outside the Netherlands.
    """
    frames: list[gpd.GeoDataFrame] = []
    faults: list[str] = []
    for layer in layers:
        with collected(faults):
            frames.append(_read_layer(layer, folder / layer.file))
    raise_faults(SourceError, faults)
    areas = pd.concat(frames, ignore_index=True)
    twice = sorted(areas.loc[areas["area_code"].duplicated(), "area_code"].unique())
    raise_faults(SourceError, [f"gebied {code} staat in meer dan één laag; laat er één weg." for code in twice])
    return gpd.GeoDataFrame(areas, geometry="geometry", crs=CRS)


def _read_layer(layer: AreaLayer, path: Path) -> gpd.GeoDataFrame:
    place = f"{layer.file}, laag {layer.layer}" if layer.layer else layer.file
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
    for column, values in layer.where.items():
        raw = raw[raw[column].astype("str").str.strip().isin(values)]
    if raw.empty:
        raise SourceError(f"{place}: geen gebieden met {layer.where}; verbeter het bestand of de instelling where.")
    codes = clean_codes(raw[layer.code])
    raise_faults(SourceError, [*_code_faults(codes, layer, place), *_geometry_faults(raw.geometry, codes, place)])
    areas = pd.DataFrame(
        {
            "area_code": codes,
            "area_level": layer.level,
            "area_name": _text(raw, layer.name),
            "gemeente_code": pd.Series(pd.NA, raw.index, "str") if layer.level == "postcode" else "GM" + codes.str[2:6],
            "woonplaats_name": _text(raw, layer.woonplaats),
            "land_km2": _land_km2(raw, layer.land_ha),
            "geometry": raw.geometry,
        }
    )
    return gpd.GeoDataFrame(areas[list(AREAS.columns)], geometry="geometry", crs=CRS)


def _read_file(layer: AreaLayer, path: Path, place: str) -> gpd.GeoDataFrame:
    try:
        raw = pyogrio.read_dataframe(path, layer=layer.layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise SourceError(f"{place}: niet leesbaar als kaartlaag ({reason}); zet er een gave kopie neer.") from None
    if not isinstance(raw, gpd.GeoDataFrame) or raw.empty:
        raise SourceError(f"{place}: bevat geen gebieden; zet er een gave kopie neer.")
    if raw.crs is None:
        raise SourceError(f"{place}: coördinatenstelsel ontbreekt; geef het bestand het stelsel {CRS} (RD).")
    return raw.to_crs(CRS)


def _code_faults(codes: pd.Series, layer: AreaLayer, place: str) -> list[str]:
    faults = []
    malformed = codes[~is_code(codes, layer.level)]
    if len(malformed):
        faults.append(
            f"{place}, kolom {layer.code}: {len(malformed)} rijen zonder geldige code voor {layer.level} "
            f"({_offenders(malformed)}); verbeter de codes."
        )
    twice = codes[codes.duplicated()]
    if len(twice):
        faults.append(
            f"{place}, kolom {layer.code}: code komt meer dan eens voor ({_offenders(twice)}); laat er één over."
        )
    return faults


def _geometry_faults(geometry: gpd.GeoSeries, codes: pd.Series, place: str) -> list[str]:
    present = pd.notna(geometry.to_numpy()) & ~geometry.is_empty
    polygons = geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    problems = {
        "geen geometrie; vul de grens in": ~present,
        "geometrie is geen vlak; lever vlakken": present & ~polygons,
        "ongeldige geometrie (de grens kruist zichzelf); herstel de grens": present & polygons & ~geometry.is_valid,
        f"ligt buiten Nederland; controleer het coördinatenstelsel ({CRS}) en de volgorde van x en y":
            present & ~geometry.intersects(_NETHERLANDS),
    }  # fmt: skip
    return [
        f"{place}: {problem}: {_offenders(codes[affected])} ({int(affected.sum())} gebieden)."
        for problem, affected in problems.items()
        if affected.any()
    ]


def _offenders(codes: pd.Series) -> str:
    return ", ".join(codes.drop_duplicates().head(_OFFENDERS_SHOWN))


def _text(raw: pd.DataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series(pd.NA, raw.index, "str")
    return raw[column].astype("str").str.strip()


def _land_km2(raw: pd.DataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series(float("nan"), raw.index)
    land = pd.to_numeric(raw[column], errors="coerce")
    return land.where(land >= 0) / _HA_PER_KM2
