"""An instance of the API builds the part that is asked for; together the parts are the whole."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from functions.api.kit.app import DIRECT_UPLOADS, PARTS, build_app, part_of
from functions.process import current_runtime

OF_ALL = {"/v1/docs", "/v1/openapi.json"}


def _routes(part: str | None) -> Iterator[tuple[str, str]]:
    for context in iter_route_contexts(build_app(current_runtime(), part).routes):
        if isinstance(context.route, APIRoute):
            yield from ((str(context.path), method) for method in context.route.methods or ())


def test_every_route_is_in_the_part_of_its_path(environment: pytest.MonkeyPatch) -> None:
    whole = sorted(_routes(None))
    by_part = {part: set(_routes(part)) for part in PARTS}
    assert len(whole) > 40
    assert [route for route in whole if route not in by_part.get(part_of(route[0]) or "", set())] == []
    assert set().union(*by_part.values()) == set(whole)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/v1/company", "company"),
        ("/v1/senders/S1/credentials/retire-old", "senders"),
        ("/v1/files/", "files"),
        ("/v1", None),
        ("/", None),
        ("", None),
        ("/v1/docs", None),
        ("/v1/openapi.json", None),
        ("/v1/nothing/senders", None),
        ("/v2/senders", None),
        ("v1/senders", None),
        ("/v1//senders", None),
    ],
)
def test_the_part_of_a_path(path: str, part: str | None) -> None:
    assert part_of(path) == part


def test_direct_uploads_are_routes(environment: pytest.MonkeyPatch) -> None:
    assert {(path, "POST") for path in DIRECT_UPLOADS} <= set(_routes(None))
