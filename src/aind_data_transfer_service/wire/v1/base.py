"""What all V1 models have in common."""

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """A model that keeps unknown members, and takes other packages' objects of the same shape."""

    model_config = ConfigDict(
        extra="allow", from_attributes=True, use_enum_values=True, protected_namespaces=()
    )


class IgnoringModel(WireModel):
    """A model that drops unknown members, as the reference did for this part."""

    model_config = ConfigDict(extra="ignore")


class ClosedModel(WireModel):
    """A model that refuses unknown members, as the reference did for this part."""

    model_config = ConfigDict(extra="forbid")
