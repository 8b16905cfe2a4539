"""Which indexes Firestore needs for the queries the code makes, and which fields should have none.

Facts: https://firebase.google.com/docs/firestore/query-data/index-overview
- A field has an ascending and a descending index of its own in each collection, not across collections.
- Several equalities, also with the order of ids, are answered by merging those.
- An equality with a range or order on another field needs a composite index. Several equalities with the same
  order are answered by merging one such index each: that is how lists are filtered.
- Across collections every query needs an index of that scope.
- An exempt field still counts in composite indexes.
"""

import ast
import json
import pkgutil
import types
import typing
from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from itertools import product
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from shared.firestore import queries
from shared.firestore.kit import schema
from shared.firestore.kit.query import ListQuery, Query
from shared.firestore.kit.retention import EXPIRES_AT, RETENTION
from shared.firestore.kit.searchable import SEARCHED
from shared.firestore.stores import Stores
from tests.kit.architecture.source_tree import ROOT, source_files

Entry = dict[str, Any]  # one entry of firestore.indexes.json
COLLECTION, GROUP = "COLLECTION", "COLLECTION_GROUP"

# Texts and tokens that nothing will ever look for: two index entries saved in each write.
UNSEARCHED = frozenset(
    {
        "body", "subject", "text", "note", "name", "refusal", "error", "paused_reason", "fire_refusal",
        "reason", "value", "field", "delivery_reason",
        "digest", "request_hash", "rendering_hash", "token", "lease_token", "explanation", "sends_again",
        "object_name", "rejected_object_name", "traceparent", "appointment_at", "withdrawn_by", "file_id",
    }
)  # fmt: skip
# So few documents, or so small ones, that an index more costs nothing; the number of exemptions is limited.
FEW = frozenset(
    {
        "activity_shards", "api_keys", "audit_records", "automation_versions", "automations",
        "broadcasts", "campaigns", "contact_fields", "contact_imports", "contact_lists",
        "conversations", "deletion_work", "deletions", "enrollings", "enrollments", "events",
        "group_resends", "invitations", "invites", "linked_files", "list_consents", "mailboxes", "notices",
        "plan_effects", "previews", "saved_replies", "scheduled_emails", "segments",
        "sender_timelines", "senders", "sequence_plans", "sequences", "sessions", "sources",
        "templates", "users", "webhook_endpoints",
    }
)  # fmt: skip
# Records that say themselves when they end, and those whose class has a retention.
WITH_AN_END = ("ticks", "throttles", "idempotency_keys", "sessions", "invitations", *RETENTION)
# By collection and field: Firestore deletes the documents when that time has come.
TIMES_TO_LIVE = {(name, EXPIRES_AT) for name in WITH_AN_END}


class Needs(Struct, frozen=True):
    """What the queries need. Fields are (collection, field)."""

    composites: list[Entry]
    in_collection: set[tuple[str, str]]
    across: dict[tuple[str, str], str]  # with the direction


def declared_queries() -> dict[str, Query]:
    """Every query in the modules of shared/firestore/queries, by its constant; lists apart."""
    return {name: value for name, value in _constants() if isinstance(value, Query)}


def declared_lists() -> dict[str, ListQuery]:
    """Every list in the modules of shared/firestore/queries, by its constant."""
    return {name: value for name, value in _constants() if isinstance(value, ListQuery)}


def _constants() -> Iterator[tuple[str, object]]:
    for part in pkgutil.iter_modules(queries.__path__):
        yield from vars(import_module(f"{queries.__name__}.{part.name}")).items()


def record_types() -> dict[str, type]:
    """Every collection under a company with its record. Stores' own attributes say which."""
    found = {}
    for name in Stores.names():
        collection = getattr(Stores(typing.cast(Any, None)), name)
        found[collection.name] = collection._type
    return found


def store_names() -> dict[str, str]:
    """Attribute of Stores to collection."""
    return {name: getattr(Stores(typing.cast(Any, None)), name).name for name in Stores.names()}


def needs_of(found: typing.Iterable[Query], lists: typing.Iterable[ListQuery] = ()) -> Needs:
    """The indexes for these queries and lists."""
    needs = Needs([], set(), {})
    for one in lists:
        needs.composites.extend(_indexes_of(one))
        if one.one_of is None:
            needs.in_collection.add((one.collection, one.newest))
    for query in found:
        parts = [(name, "ASCENDING") for name in query.equal]
        for added in query.sums:  # by the index of the filters and what is added up
            needs.composites.append(_composite(query, [*parts, (added, "ASCENDING")]))
        if query.among:  # as an equality, with each of its values
            parts.append((query.among, "ASCENDING"))
        last = query.order or ((query.range[0], "ASCENDING") if query.range else None)
        parts += [last] if last else []
        scope = GROUP if query.across_companies else COLLECTION
        merges = last is None and scope == COLLECTION
        if len(parts) == 1 and scope == GROUP:
            needs.across[query.collection, parts[0][0]] = parts[0][1]
        elif len(parts) == 1 or merges:
            needs.in_collection.update((query.collection, name) for name, _ in parts)
        else:
            entry = _composite(query, parts)
            if entry not in needs.composites:
                needs.composites.append(entry)
    return needs


def _indexes_of(query: ListQuery) -> Iterator[Entry]:
    """One index for each filter: by its field, then the newest first."""
    orders = ("DESCENDING", "ASCENDING") if query.both_ways else ("DESCENDING",)
    times = [{"fieldPath": query.newest, "order": order} for order in orders]
    filters = [{"fieldPath": name, "order": "ASCENDING"} for name in query.equal]
    filters += [{"fieldPath": name, "arrayConfig": "CONTAINS"} for name in query.contains]
    for one, newest in product(filters, times):
        yield {"collectionGroup": query.collection, "queryScope": COLLECTION, "fields": [one, newest]}


def _composite(query: Query, parts: list[tuple[str, str]]) -> Entry:
    return {
        "collectionGroup": query.collection,
        "queryScope": GROUP if query.across_companies else COLLECTION,
        "fields": [{"fieldPath": name, "order": order} for name, order in parts],
    }


def overrides_of(needs: Needs) -> list[Entry]:
    """The single fields that differ from what Firestore does by itself: exempt, across companies, or TTL."""
    keys = {
        *needs.across,
        *TIMES_TO_LIVE,
        *((name, schema.NAME) for name in {*record_types(), "companies"} - FEW),
    }
    keys |= {(name, field) for name, searched in SEARCHED.items() for field in searched.names}
    for collection, record in record_types().items():
        if collection in FEW:
            continue
        hints = typing.get_type_hints(record)
        exempt = {f.name for f in fields(record) if f.name != "id" and _is_exempt(f.name, hints[f.name])}
        keys |= {(collection, name) for name in exempt if (collection, name) not in needs.in_collection}
    return [_override(collection, name, needs) for collection, name in sorted(keys)]


def _override(collection: str, name: str, needs: Needs) -> Entry:
    indexes = []
    if (collection, name) in needs.in_collection:  # an override replaces what there was
        indexes += [{"order": order, "queryScope": COLLECTION} for order in ("ASCENDING", "DESCENDING")]
    if (collection, name) in needs.across:
        indexes.append({"order": needs.across[collection, name], "queryScope": GROUP})
    is_short_lived = (collection, name) in TIMES_TO_LIVE
    ttl = {"ttl": True} if is_short_lived else {}
    return {"collectionGroup": collection, "fieldPath": name, **ttl, "indexes": indexes}


def _is_exempt(name: str, hint: Any) -> bool:
    """Large or nested, of an ever-growing value (500 writes a second at most), or never searched."""
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    for kind in kinds:
        origin = typing.get_origin(kind) or kind
        if origin in (bytes, dict, tuple, datetime) or (
            isinstance(origin, type) and issubclass(origin, Struct)
        ):
            return True
    return name in UNSEARCHED


class PageCall(Struct, frozen=True):
    """A call of page_of(stores.x, company_id, asked, LIST, …, field=value) in a file."""

    place: str
    collection: str
    list_name: str
    equal: tuple[str, ...]


def page_calls() -> list[PageCall]:
    """Every call that reads a page of a list."""
    stores = store_names()
    return [
        PageCall(
            f"{file.name}:{call.lineno}",
            _store_in(call.args[0], stores),
            ast.unparse(call.args[3]),
            tuple(one.arg or "**" for one in call.keywords if one.arg != "earliest_first"),
        )
        for file in source_files("shared", "functions")
        for call in file.calls
        if isinstance(call.func, ast.Name) and call.func.id == "page_of"
    ]


def _store_in(node: ast.AST, stores: dict[str, str]) -> str:
    """The collection that `runtime.stores.x` names; a plain name is taken for the store's own."""
    return stores.get(node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", ""), "unknown")


def write_indexes() -> None:
    """Write infra/firestore.indexes.json as the queries need it: `make indexes`."""
    needs = needs_of(declared_queries().values(), declared_lists().values())
    composites = sorted(needs.composites, key=lambda entry: json.dumps(entry))
    parts = {"indexes": composites, "fieldOverrides": overrides_of(needs)}
    blocks = [
        f'  "{name}": [\n' + ",\n".join(f"    {json.dumps(entry)}" for entry in entries) + "\n  ]"
        for name, entries in parts.items()
    ]
    (ROOT / "infra/firestore.indexes.json").write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write_indexes()
