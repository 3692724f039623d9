"""State outlines and the map projection: the lower 48, with Alaska, Hawaii and Puerto Rico set in below."""

import json
from functools import cache
from importlib.resources import files

import numpy as np

# Albers equal-area for each part: standard parallels, origin latitude and longitude (degrees), scale, shift (radii).
LOWER_48 = (29.5, 45.5, 38.0, -96.0, 1.0, 0.0, 0.0)
ALASKA = (55.0, 65.0, 60.0, -154.0, 0.36, -0.335, -0.245)
HAWAII = (8.0, 18.0, 20.6, -157.4, 1.0, -0.16, -0.265)
PUERTO_RICO = (8.0, 18.0, 18.2, -66.4, 1.3, 0.235, -0.275)
FRAME = (-0.385, 0.405, -0.325, 0.235)  # left, right, lowest, highest


def project(latitude: np.ndarray, longitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x and y on the map for degrees; NaN for places outside the states and Puerto Rico.

    Albers equal-area conic (Snyder, Map Projections: A Working Manual, 1987, doi:10.3133/pp1395).
    """
    longitude = np.where(longitude > 0, longitude - 360, longitude)  # the Aleutians cross the date line
    is_alaska = latitude > 50
    is_hawaii = (latitude > 15) & (latitude < 24) & (longitude > -180) & (longitude < -140)
    is_puerto_rico = (latitude < 20) & (longitude > -70)
    is_mainland = ~(is_alaska | is_hawaii | is_puerto_rico) & (latitude > 24) & (longitude > -130)
    x, y = np.full(latitude.shape, np.nan), np.full(latitude.shape, np.nan)
    insets = ((is_alaska, ALASKA), (is_hawaii, HAWAII), (is_puerto_rico, PUERTO_RICO))
    for inside, part in ((is_mainland, LOWER_48), *insets):
        x[inside], y[inside] = _albers(latitude[inside], longitude[inside], *part)
    return x, y


def _albers(latitude, longitude, south, north, origin_latitude, origin_longitude, scale, right, up):
    south, north, origin, phi = (np.radians(angle) for angle in (south, north, origin_latitude, latitude))
    n = (np.sin(south) + np.sin(north)) / 2
    c = np.cos(south) ** 2 + 2 * n * np.sin(south)
    rho, rho_origin = np.sqrt(c - 2 * n * np.sin(phi)) / n, np.sqrt(c - 2 * n * np.sin(origin)) / n
    theta = n * np.radians(longitude - origin_longitude)
    return scale * rho * np.sin(theta) + right, scale * (rho_origin - rho * np.cos(theta)) + up


@cache
def state_rings() -> tuple[np.ndarray, ...]:
    """Closed outlines (points × 2, projected) of all states; territories that the map has no place for are left out."""
    topology = json.loads(files(__package__).joinpath("us_states.json").read_text(encoding="utf-8"))
    scale, translate = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + translate for arc in topology["arcs"]]
    rings = []
    for state in topology["objects"]["states"]["geometries"]:
        polygons = state["arcs"] if state["type"] == "MultiPolygon" else [state["arcs"]]
        for ring in (ring for polygon in polygons for ring in polygon):
            pieces = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in ring]
            points = np.concatenate(pieces)
            projected = np.column_stack(project(points[:, 1], points[:, 0]))
            if not np.isnan(projected).any():
                rings.append(projected)
    return tuple(rings)
