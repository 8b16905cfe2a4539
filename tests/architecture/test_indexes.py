"""Every query has its index in infra/firestore.indexes.json: the emulator answers without, production not."""

import ast
import json
from collections.abc import Iterator

import pytest
from msgspec import structs

from shared.firestore.kit.query import Query
from shared.firestore.kit.searchable import SEARCHED
from tests.kit.architecture.required_indexes import (
    TIMES_TO_LIVE,
    Entry,
    declared_lists,
    declared_queries,
    needs_of,
    overrides_of,
    page_calls,
    record_types,
    store_names,
)
from tests.kit.architecture.source_tree import ROOT, SourceFile, attribute_calls, source_files

INDEXES = json.loads((ROOT / "infra/firestore.indexes.json").read_text(encoding="utf-8"))
QUERIES = declared_queries()
LISTS = declared_lists()
NEEDS = needs_of(QUERIES.values(), LISTS.values())
COMPOSITES_AT_MOST = 200  # https://firebase.google.com/docs/firestore/quotas: without billing
OVERRIDES_AT_MOST = 200  # https://firebase.google.com/docs/firestore/quotas: single-field configurations
CALLERS = ("shared/usecases", "shared/views", "functions", "shared/firestore/opt_outs.py")
QUERY_METHODS = {"count", "some", "among", "each_value", "each_across_companies", "some_versions"}
# Building blocks of queries, and where each may be written.
BLOCKS = {"where", "order_by", "start_after", "start_at", "end_at", "end_before", "find_nearest", "aggregate"}


def _keys(entries: list[Entry]) -> list[str]:
    return sorted(json.dumps(entry, sort_keys=True) for entry in entries)


def test_the_file_holds_the_composite_indexes_the_queries_need_and_no_other() -> None:
    assert _keys(INDEXES["indexes"]) == _keys(NEEDS.composites)
    assert len(INDEXES["indexes"]) <= COMPOSITES_AT_MOST


def test_the_file_holds_the_single_field_overrides_and_no_other() -> None:
    assert _keys(INDEXES["fieldOverrides"]) == _keys(overrides_of(NEEDS))
    assert set(INDEXES) == {"indexes", "fieldOverrides"}
    assert len(INDEXES["fieldOverrides"]) <= OVERRIDES_AT_MOST


def _override(collection: str, field: str) -> Entry | None:
    found = [
        entry
        for entry in INDEXES["fieldOverrides"]
        if (entry["collectionGroup"], entry["fieldPath"]) == (collection, field)
    ]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("collection", "field"),
    [
        ("messages", "body"),
        ("messages", "subject"),
        ("messages", "reason"),
        ("messages", "delivery_reason"),
        ("messages", "rendering_hash"),
        ("messages", "created_at"),
        ("messages", "sending_at"),
        ("messages", "sent_at"),
        ("row_chunks", "rows"),
        ("preview_chunks", "messages"),
        ("failures", "values"),
        ("failures", "reason"),
        ("failures", "value"),
        ("batches", "message_ids"),
        ("campaign_contents", "campaign"),
        ("campaign_contents", "templates"),
        ("campaign_contents", "senders"),
        ("campaign_contents", "field_types"),
    ],
)
def test_large_and_ever_growing_fields_are_not_indexed(collection: str, field: str) -> None:
    assert _override(collection, field) == {"collectionGroup": collection, "fieldPath": field, "indexes": []}


def test_what_a_person_replies_finds_its_message_although_sending_at_is_exempt() -> None:
    assert {
        "collectionGroup": "messages",
        "queryScope": "COLLECTION",
        "fields": [
            {"fieldPath": "address", "order": "ASCENDING"},
            {"fieldPath": "sender_id", "order": "ASCENDING"},
            {"fieldPath": "sending_at", "order": "DESCENDING"},
        ],
    } in INDEXES["indexes"]


@pytest.mark.parametrize(("collection", "field"), sorted(TIMES_TO_LIVE))
def test_short_lived_records_are_deleted_by_firestore(collection: str, field: str) -> None:
    override = _override(collection, field)
    assert override is not None
    assert override["ttl"] is True


def test_no_field_that_is_filtered_by_is_exempt() -> None:
    exempt = {
        (entry["collectionGroup"], entry["fieldPath"])
        for entry in INDEXES["fieldOverrides"]
        if not any(index["queryScope"] == "COLLECTION" for index in entry["indexes"])
    }
    assert exempt & NEEDS.in_collection == set()


def test_queries_name_fields_their_records_have() -> None:
    records = record_types()
    named = {(query.collection, name) for query in QUERIES.values() for name in query.equal}
    named |= {(query.collection, query.range[0]) for query in QUERIES.values() if query.range}
    named |= {(query.collection, query.order[0]) for query in QUERIES.values() if query.order}
    for one in LISTS.values():
        fields = {name.partition(".")[0] for name in (*one.equal, *one.contains, one.newest)}
        named |= {(one.collection, name) for name in fields}
    named |= {(query.collection, query.among) for query in QUERIES.values() if query.among}
    named -= {(collection, name) for collection, searched in SEARCHED.items() for name in searched.names}
    unknown = {
        (collection, name)
        for collection, name in named
        if name.partition(".")[0] not in {one.name for one in structs.fields(records[collection])}
    }
    assert unknown == set()


def test_lists_are_filtered_by_what_is_declared() -> None:
    faults = []
    for call in page_calls():
        declared = LISTS.get(call.list_name)
        if declared is None or declared.collection != call.collection:
            faults.append(f"{call.place}: {call.list_name} is no list of {call.collection}")
        elif not set(call.equal) <= set(declared.equal):
            faults.append(f"{call.place}: {call.list_name} declares not all of {call.equal}")
    assert faults == []
    assert {call.list_name for call in page_calls()} == set(LISTS)


def test_a_lists_filters_have_one_index_each_however_they_are_combined() -> None:
    """Firestore merges the indexes of the filters that are given, as all end with the same order."""
    for one in LISTS.values():
        orders = [
            entry["fields"][1:] for entry in NEEDS.composites if entry["collectionGroup"] == one.collection
        ]
        newest = [{"fieldPath": one.newest, "order": "DESCENDING"}]
        assert orders.count(newest) >= len(one.equal) + len(one.contains)


def test_no_query_is_built_elsewhere() -> None:
    builders = {
        file.name
        for file in source_files("shared", "functions")
        for call, called in attribute_calls(file, BLOCKS)
    }
    assert builders == {"shared/firestore/kit/collection.py"}


def test_no_query_is_declared_elsewhere() -> None:
    declaring = set()
    for file in source_files("shared", "functions"):
        is_ours = any(
            isinstance(node, ast.ImportFrom) and node.module == "shared.firestore.kit.query"
            for node in ast.walk(file.tree)
        )
        made = [call for call in file.calls if isinstance(call.func, ast.Name) and call.func.id == "Query"]
        made += [call for call, _ in attribute_calls(file, {"Query"})]
        if is_ours and made:
            declaring.add(file.name.rpartition("/")[0])
    assert declaring == {"shared/firestore/queries"}


def _store_calls(file: SourceFile) -> Iterator[tuple[ast.Call, ast.Attribute, str | None]]:
    """Calls of the query methods, with the collection where it is written out, as in `stores.files.some`."""
    stores = store_names()
    for call, called in attribute_calls(file, QUERY_METHODS):
        owner = called.value
        if isinstance(owner, ast.Attribute) and owner.attr in stores:
            yield call, called, stores[owner.attr]
        elif isinstance(owner, ast.Name) and owner.id == "collection":
            yield call, called, None


def _declared(node: ast.expr) -> Query | None:
    """The query an argument names, as a constant of shared/firestore/queries."""
    if isinstance(node, ast.Name):
        return QUERIES.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "queries":
        return QUERIES.get(node.attr)
    return None


def _is_passed_in(node: ast.expr, file: SourceFile) -> bool:
    """Whether the argument is a parameter that is a Query: then its caller names the constant."""
    return isinstance(node, ast.Name) and any(
        argument.arg == node.id and argument.annotation and ast.unparse(argument.annotation) == "Query"
        for function in file.functions
        for argument in (*function.args.args, *function.args.kwonlyargs)
    )


def test_every_call_names_a_declared_query_of_that_collection_and_scope() -> None:
    calls, faults = 0, []
    for file in source_files(*CALLERS):
        for call, called, collection in _store_calls(file):
            calls += 1
            across = called.attr == "each_across_companies"
            argument = call.args[0 if across else 1]
            query = _declared(argument)
            place = f"{file.name}:{call.lineno}"
            if query is None:
                faults += [] if _is_passed_in(argument, file) else [f"{place}: not a declared query"]
            elif query.across_companies != across:
                faults.append(f"{place}: scope")
            elif collection not in (None, query.collection):
                faults.append(f"{place}: a query of {query.collection}")
    assert faults == []
    assert calls >= 20  # the ways calls are written are still understood


def test_every_declared_query_is_made() -> None:
    used = {
        node.id if isinstance(node, ast.Name) else node.attr
        for file in source_files(*CALLERS)
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Name | ast.Attribute)
    }
    assert set(QUERIES) - used == set()


def test_clients_reach_nothing_by_themselves() -> None:
    rules = (ROOT / "infra/firestore.rules").read_text(encoding="utf-8")
    statements = [line.strip() for line in rules.splitlines() if not line.strip().startswith("//")]
    assert [line for line in statements if "allow" in line] == ["allow read, write: if false;"]
    assert "match /{document=**} {" in statements
