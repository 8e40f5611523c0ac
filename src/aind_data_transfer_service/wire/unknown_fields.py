"""Members of a request that no model knows: probably misspelt."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from pydantic import BaseModel

from .problems import Loc, Problem, field_path, nearest_of

# How like a known field an unknown one must be to pass for a misspelling of it.
_LIKENESS = 0.8


def unknown_fields(
    given: Mapping[str, object], model: type[BaseModel], loc: Loc
) -> Iterator[Problem]:
    """Find misspelt fields, and those that are dropped because the model has no room for them."""
    kept = model.model_config.get("extra") == "allow"
    known = model.model_fields.keys() | model.model_computed_fields.keys()
    for key in given:
        if key in known:
            continue
        nearest = _known_field_like(key, model)
        if nearest in given:
            nearest = None
        if kept and nearest is None:
            continue
        field = field_path((*loc, key))
        fate = "is kept but has no meaning here" if kept else "is not known and is left out"
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        yield Problem(
            code="field_misspelt" if nearest else "field_left_out",
            loc=(*loc, key),
            field=field,
            message=f"{field} {fate}{hint}",
            nearest=nearest,
        )


@lru_cache(maxsize=1024)
def _known_field_like(key: str, model: type[BaseModel]) -> str | None:
    return nearest_of(key, model.model_fields, cutoff=_LIKENESS)
