"""Everything public says what it is for, and every word stays where it belongs."""

import ast
import re
from collections.abc import Iterator

from tests.kit.architecture.source_tree import FunctionNode, source_files

# What vendors call things, in names, strings and comments alike.
VENDOR_WORDS = re.compile(r"(?i)(?<![a-z])\w*sid\b|personalization|MessageStatus|\bsg_|x-twilio")
VENDOR_HOME = re.compile(r"shared/providers/(?!kit/)\w+/")


def _undocumented(node: ast.Module | ast.ClassDef, place: str) -> Iterator[str]:
    for child in node.body:
        if not isinstance(child, FunctionNode | ast.ClassDef) or child.name.startswith("_"):
            continue
        if not ast.get_docstring(child):
            yield f"{place}.{child.name}"
        if isinstance(child, ast.ClassDef):
            yield from _undocumented(child, f"{place}.{child.name}")


def test_everything_public_has_a_docstring() -> None:
    missing = []
    for file in source_files("main.py", "functions", "shared"):
        if file.text.strip() and not ast.get_docstring(file.tree):  # packages may be empty files
            missing.append(file.name)
        missing += _undocumented(file.tree, file.name)
    assert missing == []


def test_vendor_words_stay_with_their_vendor() -> None:
    found = {
        (file.name, word)
        for file in source_files("main.py", "functions", "shared", "infra/manifest.py")
        if not VENDOR_HOME.match(file.name)
        for word in VENDOR_WORDS.findall(file.text)
    }
    assert found == set()
