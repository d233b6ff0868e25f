"""A place on earth, as the text of a secret: latitude, longitude and elevation.

The text of this module runs in pods as well, so it needs the standard library alone.
"""

FORM = "latitude, longitude and elevation in degrees and metres, for example `52.37, 4.89, 2`"


class LocationError(ValueError):
    """The text has another form. The message never repeats it."""


def located(text: str) -> dict[str, float]:
    """Home Assistant's keys for the place; raises `LocationError`."""
    try:
        latitude, longitude, elevation = (float(part) for part in text.split(","))
    except ValueError:
        raise LocationError(f"invalid; expected {FORM}") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180 and -500 <= elevation <= 9000):
        raise LocationError(f"there is no such place; expected {FORM}")
    return {"latitude": latitude, "longitude": longitude, "elevation": round(elevation)}
