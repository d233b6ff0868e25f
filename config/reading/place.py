"""Whether the secret that a location names is a place, which Home Assistant would refuse late."""

from collections.abc import Mapping

from config.location import LocationError, located
from config.reading.problem import NAMESPACE, Problem
from config.reading.secrets import NAMED_SECRETS
from config.site import Site


def location_problem(site: Site, secrets: Mapping[str, str]) -> Problem | None:
    """The problem of the location's secret; `secrets` are the decrypted values by name."""
    settings = site.home_assistant.settings
    name = None if settings is None else settings.location
    if name is None or name not in secrets:
        return None
    try:
        located(secrets[name])
    except LocationError as error:
        path = f"{NAMESPACE}:{NAMED_SECRETS}.{name}"
        return Problem(path=path, value="(hidden)", rule="location", message=str(error))
    return None
