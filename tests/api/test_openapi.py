"""What the OpenAPI document promises holds for whatever is sent: schemathesis makes it up.

ROLLCALL_EXAMPLES (20) says how many requests of each kind an operation gets, and ROLLCALL_SEED which.
"""

import os
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from functions.api.kit.app import build_app
from infra.local.emulators import Emulators
from shared.settings import Settings
from tests.api.test_authentication import PATH_IDS, an_unused_runtime
from tests.kit.api.served import ServedOffice, served_office

EXAMPLES = int(os.environ.get("ROLLCALL_EXAMPLES", "20"))
PATIENCE = 90  # seconds: a suggestion is made by a process of its own, on a busy machine too
SEED = int(os.environ.get("ROLLCALL_SEED", "1"))
SCHEMA = schemathesis.openapi.from_dict(build_app(an_unused_runtime()).openapi())
OPERATIONS = [
    (method.upper(), path) for path, operations in SCHEMA.raw_schema["paths"].items() for method in operations
]
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE")


@pytest.fixture(scope="module")
def office(emulators: Emulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedOffice]:
    """The API over the real emulators, with one of each thing."""
    folder = tmp_path_factory.mktemp("served")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in emulators.env.items():
            environment.setenv(name, value)

        def settings_for(providers: Any) -> Settings:
            return Settings(
                project_id=f"test-{uuid4().hex[:12]}",
                upload_bucket="uploads",
                public_url="http://127.0.0.1:9",
                signing_key="signing-key",
                secrets=str(folder / "secrets.json"),
                provider_base_urls=providers,
                caller_token="caller-token",
                max_upload_bytes=2_000_000,
                storage_public_url=emulators.storage,
                storage_emulator_host=emulators.storage,
            )

        with served_office(settings_for, folder) as served:
            yield served


def _known(value: Any, name: str = "") -> Any:
    """The value with ids that exist in the places of ids: a made-up one names nothing."""
    if isinstance(value, dict):
        return {key: _known(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_known(item, name) for item in value]
    kind = PATH_IDS.get(f"{name.removesuffix('s').removesuffix('_id')}_id")
    is_id = isinstance(value, str) and name.endswith(("_id", "_ids")) and kind is not None
    return f"{kind}-acme" if is_id else value


def _with_known_ids(case: Case[Any]) -> None:
    case.path_parameters = _known(case.path_parameters or {})
    case.query = _known(case.query or {})
    if isinstance(case.body, dict):
        case.body = _known(case.body)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """One for all requests: each client of its own would read every certificate there is."""
    with httpx.Client(timeout=PATIENCE) as opened:
        yield opened


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """As schemathesis takes it: connections are kept."""
    with requests.Session() as opened:
        yield opened


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_operation_does_what_its_description_says(
    office: ServedOffice, session: requests.Session, method: str, path: str, mode: GenerationMode
) -> None:
    operation = SCHEMA[path][method]

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    def ask(case: Case[Any], is_known: bool) -> None:
        if is_known:
            _with_known_ids(case)
        case.headers.pop("Authorization", None)
        headers = {"Authorization": f"Bearer {office.key}"}
        response = case.call(base_url=office.url, session=session, headers=headers, timeout=PATIENCE)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"]

    ask()


def _as_pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[a-z_]+\}", "[^/]+", path))


@pytest.mark.parametrize("path", sorted({path for _, path in OPERATIONS}))
def test_other_methods_and_no_key_are_refused_with_problem_documents(
    office: ServedOffice, client: httpx.Client, path: str
) -> None:
    # An address such as /v1/files/upload is also that of a file with this id.
    taken = {method for method, of_path in OPERATIONS if _as_pattern(of_path).fullmatch(path)}
    for method in METHODS:
        response = client.request(method, office.url + path.replace("{", "").replace("}", ""))
        assert response.status_code == (401 if method in taken else 405), method
        assert response.headers["content-type"] == "application/problem+json"
        if method not in taken:
            assert set(response.headers["allow"].split(", ")) <= taken
