"""Composite indexes, single fields' indexes and times to live, from infra/firestore.indexes.json."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from infra.deploy.database import IN_DATABASE
from infra.deploy.step import (
    Action,
    Ask,
    Found,
    Listing,
    Request,
    Section,
    Step,
    UntilEmpty,
    gcloud,
    mark_of,
)
from infra.deploy.target import DATABASE, Target

INDEXES_PATH = Path(__file__).resolve().parents[1] / "firestore.indexes.json"
Entry = Mapping[str, Any]


def index_steps(target: Target) -> list[Step]:
    """All of them. They are built in the background; `ready_steps` waits before anything needs them."""
    content = json.loads(INDEXES_PATH.read_text(encoding="utf-8"))
    overrides = content["fieldOverrides"]
    return [
        *(_composite(target, entry) for entry in content["indexes"]),
        *(_field(target, entry) for entry in overrides),
        *(_time_to_live(target, entry) for entry in overrides if entry.get("ttl")),
    ]


def ready_steps(target: Target) -> list[Step]:
    """Wait until every index is built: a query that needs one fails before."""
    composite = ("firestore", "indexes", "composite", "list", "--filter=state=CREATING")
    fields = ("firestore", "indexes", "fields", "list", "--filter=indexConfig.indexes.state:CREATING")
    return [
        Step(
            section=Section.READY,
            title=title,
            create=(UntilEmpty(look=gcloud(*words, IN_DATABASE, target.in_project, "--format=json")),),
        )
        for title, words in (("composite indexes", composite), ("indexes of single fields", fields))
    ]


def _kind(field: Mapping[str, str]) -> str:
    """How the field is indexed: in an order, or by what its array contains."""
    if "arrayConfig" in field:
        return f"array-config={field['arrayConfig'].lower()}"
    return f"order={field['order'].lower()}"


def _composite(target: Target, entry: Entry) -> Step:
    group = ("firestore", "indexes", "composite")
    look = gcloud(*group, "list", IN_DATABASE, target.in_project, "--format=json")

    def read(ask: Ask) -> Mapping[str, Found]:
        return {_composite_key(_group(item), item): Found(id=item["name"]) for item in ask(look)}

    fields = [f"--field-config=field-path={field['fieldPath']},{_kind(field)}" for field in entry["fields"]]
    scope = entry["queryScope"].lower().replace("_", "-")
    names = ", ".join(field["fieldPath"] for field in entry["fields"])
    return Step(
        section=Section.INDEXES,
        title=f"index on {entry['collectionGroup']}: {names}",
        listing=Listing(name="composite indexes", looks=(look,), read=read),
        key=_composite_key(entry["collectionGroup"], entry),
        create=(
            gcloud(
                *group, "create", f"--collection-group={entry['collectionGroup']}", f"--query-scope={scope}",
                *fields, IN_DATABASE, "--async", target.in_project,
            ),
        ),
    )  # fmt: skip


def _composite_key(group: str, index: Entry) -> str:
    """Firestore adds the order of names at the end of what it lists."""
    kinds = ((f["fieldPath"], f.get("order") or f["arrayConfig"]) for f in index["fields"])
    fields = [f"{path} {kind}" for path, kind in kinds if path != "__name__"]
    return f"{group} {index['queryScope']} {', '.join(fields)}"


def _field(target: Target, entry: Entry) -> Step:
    group = ("firestore", "indexes", "fields")
    look = gcloud(*group, "list", IN_DATABASE, target.in_project, "--format=json")

    def read(ask: Ask) -> Mapping[str, Found]:
        return {_field_key(item): Found(id=item["name"], mark=_index_mark(_flat(item))) for item in ask(look)}

    change = (_field_change(target, entry),)
    return Step(
        section=Section.INDEXES,
        title=f"field {entry['collectionGroup']}.{entry['fieldPath']}",
        listing=Listing(name="single fields", looks=(look,), read=read),
        key=f"{entry['collectionGroup']}/{entry['fieldPath']}",
        mark=_index_mark(entry["indexes"]),
        create=change,
        update=change,
    )


def _field_change(target: Target, entry: Entry) -> Action:
    """gcloud's command knows no indexes across collections; the interface under it does.

    https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.collectionGroups.fields/patch
    """
    collection, field, indexes = entry["collectionGroup"], entry["fieldPath"], entry["indexes"]
    if any(index["queryScope"] != "COLLECTION" for index in indexes):
        name = f"projects/{target.project}/databases/{DATABASE}/collectionGroups/{collection}/fields/{field}"
        wanted = [
            {"queryScope": index["queryScope"], "fields": [{"fieldPath": field, "order": index["order"]}]}
            for index in indexes
        ]
        return Request(
            method="PATCH",
            url=f"https://firestore.googleapis.com/v1/{name}?updateMask=indexConfig",
            body={"name": name, "indexConfig": {"indexes": wanted}},
        )
    orders = [f"--index=order={index['order'].lower()}" for index in indexes] or ["--disable-indexes"]
    return gcloud(
        "firestore", "indexes", "fields", "update", field, f"--collection-group={collection}", *orders,
        IN_DATABASE, "--async", target.in_project,
    )  # fmt: skip


def _flat(field: Entry) -> list[Entry]:
    """A listed field's indexes as our file writes them."""
    indexes = field.get("indexConfig", {}).get("indexes", [])
    return [
        {"order": part.get("order"), "queryScope": index["queryScope"]}
        for index in indexes
        for part in index["fields"]
        if part["fieldPath"] != "__name__"
    ]


def _index_mark(indexes: Iterable[Entry]) -> str:
    return mark_of(sorted((str(index["order"]), index["queryScope"]) for index in indexes))


def _time_to_live(target: Target, entry: Entry) -> Step:
    group = ("firestore", "fields", "ttls")
    look = gcloud(*group, "list", IN_DATABASE, target.in_project, "--format=json")

    def read(ask: Ask) -> Mapping[str, Found]:
        return {_field_key(item): Found(id=item["name"]) for item in ask(look)}

    return Step(
        section=Section.INDEXES,
        title=f"time to live {entry['collectionGroup']}.{entry['fieldPath']}",
        listing=Listing(name="times to live", looks=(look,), read=read),
        key=f"{entry['collectionGroup']}/{entry['fieldPath']}",
        create=(
            gcloud(
                *group, "update", entry["fieldPath"], f"--collection-group={entry['collectionGroup']}",
                "--enable-ttl", IN_DATABASE, "--async", target.in_project,
            ),
        ),
    )  # fmt: skip


def _group(item: Entry) -> str:
    return str(item["name"]).rpartition("/collectionGroups/")[2].partition("/")[0]


def _field_key(item: Entry) -> str:
    return f"{_group(item)}/{str(item['name']).rpartition('/')[2]}"
