import pytest

from aind_data_transfer_service.identity.errors import ScopeMissing, TokenMissing
from aind_data_transfer_service.identity.scopes import Scope, with_implied
from aind_data_transfer_service.identity.visitors import Visitor


def test_an_administrator_may_do_everything() -> None:
    assert with_implied({Scope.ADMIN}) == set(Scope)
    assert with_implied({Scope.SUBMIT}) == {Scope.SUBMIT}
    assert with_implied(()) == set()


@pytest.mark.parametrize("scope", Scope)
def test_a_stranger_needs_a_token(scope: Scope) -> None:
    stranger = Visitor(address="10.0.0.1")
    with pytest.raises(TokenMissing, match=f"scope {scope}: your address 10.0.0.1 is not in"):
        stranger.require(scope)
    with pytest.raises(TokenMissing):
        stranger.require_known()


def test_who_is_known_needs_the_scope() -> None:
    rig = Visitor(address="10.0.0.1", name="rig", scopes=frozenset({Scope.SUBMIT}))
    rig.require(Scope.SUBMIT)
    rig.require_known()
    with pytest.raises(ScopeMissing, match="the token rig has submit"):
        rig.require(Scope.CONTROL)
    with pytest.raises(ScopeMissing, match=r"the address 10\.0\.0\.1 has none"):
        Visitor(address="10.0.0.1", trusted=True).require(Scope.ADMIN)


def test_records_say_the_token_and_the_address() -> None:
    assert Visitor(address="10.0.0.1").by == "10.0.0.1"
    assert Visitor(address="10.0.0.1", name="rig").by == "token rig at 10.0.0.1"
