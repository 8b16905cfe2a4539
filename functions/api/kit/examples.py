"""An example of each operation: what it does in a line, the request as a person makes it, and the answer.

Each stands in functions/api/examples under the name of its route. `make examples` makes the requests and
writes down the answers; a test makes them again. What is shown is what was answered.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

FOLDER = Path(__file__).parents[1] / "examples"


class Example(Struct, frozen=True, kw_only=True):
    """One request and its answer. `summary` is the operation's heading.

    `body` is JSON, `content` a file's text; so are `answer` and `file`.
    """

    name: str
    summary: str
    path: dict[str, str]
    query: dict[str, str]
    body: Any
    content: str | None
    status: int
    answer: Any
    file: str | None


@cache
def example_of(name: str) -> Example | None:
    """The example of the route of that name; None while it has none."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    request = found["request"]
    return Example(
        name=name,
        summary=found["summary"],
        path=request.get("path", {}),
        query=request.get("query", {}),
        body=request.get("body"),
        content=request.get("content"),
        status=found.get("status", 200),
        answer=found.get("answer"),
        file=found.get("file"),
    )


def add_example(operation: dict[str, Any], example: Example) -> None:
    """Show the example in an operation of the OpenAPI document."""
    operation["summary"] = example.summary
    for parameter in operation.get("parameters", ()):
        given = {"path": example.path, "query": example.query}.get(parameter["in"], {})
        if parameter["name"] in given:
            parameter["example"] = given[parameter["name"]]
    shown = example.body if example.body is not None else example.content
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if shown is not None:
            content["example"] = shown
    answer = operation["responses"].get(str(example.status), {})
    for content in answer.get("content", {}).values():
        content["example"] = example.file if example.answer is None else example.answer
