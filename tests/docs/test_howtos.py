"""The README's first campaign and the API how-tos are typed in, and answered as they say."""

import json
from typing import Any

import pytest

from functions.api.campaign_shapes import ScheduleInput
from functions.api.kit.shapes import Input
from functions.api.reply_option_shapes import ReplyOptionInput
from tests.kit.docs.desk import Desk, differences, json_of
from tests.kit.docs.markdown import Document, commands_of, document, documents

HOWTOS = [one for one in documents() if any(words[0] == "curl" for words in one.commands)]
PROBLEM = "urn:rollcall:problem:"


def test_the_howtos_are_where_they_are_looked_for() -> None:
    names = {one.name for one in HOWTOS}
    assert "README.md" in names
    assert {name for name in names if not name.startswith("docs/api/")} == {"README.md"}


@pytest.mark.parametrize("one", HOWTOS, ids=lambda one: str(one.name))
async def test_every_command_is_answered_as_shown(one: Document, desk: Desk) -> None:
    answer: Any = None
    for block, following in zip(one.blocks, [*one.blocks[1:], None], strict=True):
        if block.language == "json":
            assert differences(json.loads(block.text), answer) == []
        if block.language != "sh":
            continue
        shown = json.loads(following.text) if following and following.language == "json" else {}
        commands = [words for words in commands_of(block.text) if words[0] == "curl"]
        for number, words in enumerate(commands, 1):
            response = await desk.type(words)
            is_refused = number == len(commands) and str(shown.get("type", "")).startswith(PROBLEM)
            assert response.status_code == shown["status"] if is_refused else response.is_success, (
                words,
                response.text,
            )
            answer = json_of(response)


@pytest.mark.parametrize(
    ("name", "shape"),
    [("docs/guide/schedules.md", ScheduleInput), ("docs/guide/replies.md", ReplyOptionInput)],
)
def test_the_guides_examples_are_valid(name: str, shape: type[Input]) -> None:
    blocks = [block for block in document(name).blocks if block.language == "json"]
    assert blocks
    for line in (line for block in blocks for line in block.text.splitlines()):
        shape.model_validate_json(line)


def test_what_differs_is_noticed() -> None:
    answer = {"a": 1, "b": ["x"], "c": "text", "d": None}
    assert differences({"a": 2, "b": ["…"], "c": "text", "d": None}, answer) == []
    assert differences({"e": 1}, answer) == [".e is missing"]
    assert differences({"c": "other"}, answer) == [".c is 'text', not 'other'"]
    assert differences({"a": "1"}, answer) == [".a is 1, not like '1'"]
    assert differences({"b": [1]}, answer) == [".b[0] is 'x', not like 1"]
