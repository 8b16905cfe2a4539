"""Entry points reach what is stored through use cases and views, and views change nothing."""

import ast
from functools import cached_property

import pytest

from shared.runtime import Runtime
from tests.kit.architecture.source_tree import SourceFile, attribute_calls, classes, methods, source_files

# What the runtime opens: stores, files, secrets, the publisher and the dead letters.
ADAPTERS = {name for name, value in vars(Runtime).items() if isinstance(value, cached_property)}
# Methods of the adapters that change nothing. What is not named here writes, deletes or announces.
READS = frozenset(
    {
        "find", "get", "find_many", "wanted", "record", "ref", "all",
        "page", "newest", "newest_fields", "among", "count_newest", "each_page", "each",
        "each_across_companies",
        "count", "sum", "some", "each_value", "frozen", "rows", "number_with", "names",
        "contacts", "scan", "ids_with", "between", "in_shard",
        "read", "list_names", "values", "peek", "last_beat", "heartbeat", "find_hold", "wanted_hold",
        "find_queue_failure", "read_whole",
    }
)  # fmt: skip


def _parsed(text: str) -> SourceFile:
    return SourceFile(name="a_module.py", text=text, tree=ast.parse(text))


def _adapters_read(file: SourceFile) -> set[str]:
    """What the module takes from a runtime, as in `caller.runtime.files`, and any `.stores`."""
    return {
        node.attr
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Attribute)
        and (node.attr == "stores" or (node.attr in ADAPTERS and _last_name(node.value) == "runtime"))
    }


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _adapter_methods() -> set[str]:
    """Every public method of what keeps or announces something."""
    return {
        method.name
        for file in source_files("shared/firestore", "shared/storage", "shared/pubsub")
        for cls in classes(file)
        for method in methods(cls)
        if not method.name.startswith("_")
    }


def _changes_made(file: SourceFile) -> set[str]:
    """Calls of methods by which an adapter changes something, whatever they are called on."""
    return {called.attr for _, called in attribute_calls(file, _adapter_methods() - READS)}


def test_entry_points_take_no_adapter_from_the_runtime() -> None:
    takers = {file.name: taken for file in source_files("functions") if (taken := _adapters_read(file))}
    assert set(takers) == set()


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        ("caller.runtime.stores.files.get(company_id, file_id)", {"stores"}),
        ("stores = caller.runtime.stores", {"stores"}),
        ("runtime.files.read(name)", {"files"}),
        ("request.app.state.runtime.secrets.values(company_id, sender_id)", {"secrets"}),
        ("runtime.publisher = publisher", {"publisher"}),
        ("view.list_files(caller.runtime, caller.company_id, asked)", set()),
        ("build(files.router, runtime.settings, runtime.now())", set()),
    ],
)
def test_an_adapter_that_is_taken_is_found(line: str, taken: set[str]) -> None:
    assert _adapters_read(_parsed(line)) == taken


def test_views_change_nothing() -> None:
    views = source_files("shared/views")
    assert {file.name: made for file in views if (made := _changes_made(file))} == {}
    assert any(_adapters_read(file) for file in views)  # the ways calls are written are still understood


def test_a_change_is_found() -> None:
    assert _adapter_methods() >= READS
    assert _changes_made(_parsed("await runtime.stores.files.save(company_id, file.id, file)")) == {"save"}
    assert _changes_made(_parsed("await runtime.publisher.publish([job])")) == {"publish"}
    assert _changes_made(_parsed("await runtime.stores.files.get(company_id, file.id)")) == set()
