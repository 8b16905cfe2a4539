"""What the API's document says of automations."""

from functions.api.kit.app import build_app
from shared.domain.automations.trigger import HEARD
from tests.api.test_authentication import an_unused_runtime


def test_only_events_that_automations_hear_are_offered() -> None:
    shapes = build_app(an_unused_runtime()).openapi()["components"]["schemas"]
    assert shapes["EventShape"]["properties"]["event"]["enum"] == [str(one) for one in HEARD]
