"""What all V1 models have in common."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """A model that keeps unknown members, and takes other packages' objects of the same shape."""

    model_config = ConfigDict(
        extra="allow",
        from_attributes=True,
        use_enum_values=True,
        protected_namespaces=(),
        # Commands that validate nothing need not wait for the validators to be built.
        defer_build=True,
    )

    def replaced(self, **values: Any) -> Self:
        """Return a shallow copy with other values of known fields, which are not validated.

        As ``model_copy(update=...)``, at half its cost.
        """
        copy = self.__copy__()
        copy.__dict__.update(values)
        copy.__pydantic_fields_set__.update(values)
        return copy


class IgnoringModel(WireModel):
    """A model that drops unknown members, as the reference did for this part."""

    model_config = ConfigDict(extra="ignore")


class ClosedModel(WireModel):
    """A model that refuses unknown members, as the reference did for this part."""

    model_config = ConfigDict(extra="forbid")
