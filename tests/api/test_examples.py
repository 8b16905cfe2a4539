"""Each operation has an example, and the API answers it as it is shown."""

from functions.api.kit.app import build_app
from functions.api.kit.examples import FOLDER, example_of
from tests.api.test_authentication import an_unused_runtime
from tests.docs.conftest import clinic, desk
from tests.kit.docs.desk import Desk
from tests.kit.docs.story import routes, shape, told

__all__ = ["clinic", "desk"]


def test_every_operation_has_an_example_and_no_other() -> None:
    """A new route needs its request in functions/api/examples; `make examples` writes its answer."""
    assert {path.stem for path in FOLDER.glob("*.json")} == set(routes())


async def test_the_examples_are_answered_as_they_are_shown(desk: Desk) -> None:
    """With the same status, and the same fields at any depth: ids and times are each run's own."""
    async for found in told(desk):
        shown = example_of(found.name)
        assert shown is not None
        assert found.status == shown.status, found.name
        if found.name not in TOLD_TWICE:
            assert shape(found.answer) == shape(shown.answer), found.name
        assert (found.file is None) == (shown.file is None), found.name


# Shown as it was made last: the first time the campaign had no schedule, the credentials one value, and the
# automation did not run. Of two messages of one moment, either may be listed first, and explained.
TOLD_TWICE = frozenset(
    {
        *("mark_campaign_ready", "put_credentials", "change_automation"),
        *("list_messages", "explain_one_contact", "explain_one_address"),
    }
)


def test_the_document_shows_them() -> None:
    document = build_app(an_unused_runtime()).openapi()
    for operations in document["paths"].values():
        for operation in operations.values():
            example = example_of(operation["operationId"])
            assert example is not None
            given = {
                (item["in"], item["name"]): item["example"]
                for item in operation.get("parameters", ())
                if "example" in item
            }
            of_path = {("path", name): value for name, value in example.path.items()}
            assert given == of_path | {("query", name): value for name, value in example.query.items()}
            answer = operation["responses"][str(example.status)]
            shown = [content["example"] for content in answer.get("content", {}).values()]
            assert shown == ([] if example.status == 204 else [example.answer or example.file])
            if example.body is not None or example.content is not None:
                [body] = operation["requestBody"]["content"].values()
                assert body["example"] in (example.body, example.content)


def test_operations_are_called_what_they_do_in_an_order_that_helps() -> None:
    document = build_app(an_unused_runtime()).openapi()
    names, used = [tag["name"] for tag in document["tags"]], set()
    summaries = []
    for operations in document["paths"].values():
        for operation in operations.values():
            used |= set(operation["tags"])
            summaries.append(operation["summary"])
            generated = operation["operationId"].replace("_", " ").title()
            assert operation["summary"] != generated
            assert 5 <= len(operation["summary"]) <= 90, operation["summary"]
            assert "`" not in operation["summary"]
    assert used == set(names)
    assert len(set(summaries)) == len(summaries), sorted(s for s in summaries if summaries.count(s) > 1)
    assert all(tag["description"] for tag in document["tags"])
