"""What is written and read straight is what the client writes and reads."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from google.cloud.firestore import (
    DELETE_FIELD,
    AsyncClient,
    AsyncDocumentReference,
    AsyncWriteBatch,
    FieldFilter,
)
from google.cloud.firestore_v1.types import Write
from hypothesis import given
from hypothesis import strategies as st

from shared.firestore.kit import paths
from shared.firestore.kit.codec import overwriting
from shared.firestore.kit.wire import add_write, read_documents, stream_documents
from tests.kit.builders import a_campaign, a_company, a_message, a_source
from tests.kit.clinic import Clinic

NOON = datetime(2026, 11, 28, 12, 0, 0, 123456, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "text": "Zoë",
    "empty": "",
    "yes": True,
    "no": False,
    "many": 2**62,
    "part": -0.5,
    "at": NOON,
    "raw": b"\x00\xff",
    "none": None,
    "list": ["a", 1, {"b": [NOON]}],
    "nothing": [],
    "map": {"x": {"y": {}}, "a b.c`d": 1},
}
_Add = Callable[[AsyncWriteBatch, AsyncDocumentReference], None]


@pytest.fixture
def db(monkeypatch: pytest.MonkeyPatch) -> AsyncClient:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:9")  # nothing is sent
    return AsyncClient(project="test-wire")


def _written(db: AsyncClient, add: _Add) -> list[Any]:
    writer = db.batch()
    add(writer, paths.document(db, "acme", "messages", "m1"))
    return [Write.pb(write) if isinstance(write, Write) else write for write in writer._write_pbs]


def _same(db: AsyncClient, ours: _Add, theirs: _Add) -> None:
    assert _written(db, ours) == _written(db, theirs)


@pytest.mark.parametrize(
    "record", [a_message(), a_campaign(), a_source(), a_company()], ids=lambda r: type(r)
)
def test_a_record_is_written_over_another(db: AsyncClient, record: object) -> None:
    document, fields = overwriting(record)
    _same(
        db,
        lambda writer, ref: add_write(writer, ref, document, mask=sorted(fields)),
        lambda writer, ref: writer.set(ref, document, merge=fields),
    )


def test_a_document_is_created(db: AsyncClient) -> None:
    _same(
        db,
        lambda writer, ref: add_write(writer, ref, VALUES, exists=False),
        lambda writer, ref: writer.create(ref, VALUES),
    )


def test_fields_are_changed_and_deleted(db: AsyncClient) -> None:
    fields = {**VALUES, "gone": DELETE_FIELD}
    _same(
        db,
        lambda writer, ref: add_write(writer, ref, fields, mask=sorted(fields), exists=True),
        lambda writer, ref: writer.update(ref, fields),
    )


_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary()
    | st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(value=_PLAIN)
def test_any_value_is_written_as_the_client_writes_it(value: object) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:9")
        db = AsyncClient(project="test-wire")
    _same(
        db,
        lambda writer, ref: add_write(writer, ref, {"a": value}, exists=False),
        lambda writer, ref: writer.create(ref, {"a": value}),
    )


def test_what_has_no_kind_is_refused(db: AsyncClient) -> None:
    with pytest.raises(TypeError, match="complex"):
        _written(db, lambda writer, ref: add_write(writer, ref, {"a": 1j}))


async def test_an_empty_mask_changes_nothing(clinic: Clinic) -> None:
    db = clinic.stores.db
    here = paths.document(db, "acme", "notes", "here")
    await here.set(VALUES)
    writer = db.batch()
    add_write(writer, here, {}, mask={})
    await writer.commit()
    assert (await here.get()).to_dict() == VALUES


async def test_documents_are_read_as_they_were_written(clinic: Clinic) -> None:
    db = clinic.stores.db
    here, gone = (paths.document(db, "acme", "notes", name) for name in ("here", "gone"))
    await here.set(VALUES)
    found = {one.id: one async for one in read_documents(db, [here, gone])}
    assert found["here"].fields == VALUES
    assert not found["gone"].exists
    assert found["here"].update_time == (await here.get()).update_time
    [part] = [one async for one in read_documents(db, [here], fields=["text"])]
    assert part.fields == {"text": "Zoë"}


async def test_queries_find_what_the_client_finds_in_the_same_order(clinic: Clinic) -> None:
    db = clinic.stores.db
    notes = paths.collection(db, "acme", "streamed")
    for number in (3, 1, 2):
        await notes.document(f"n{number}").set({**VALUES, "number": number})
    everything = [one async for one in stream_documents(notes)]
    assert {one.id: one.fields for one in everything} == {
        f"n{number}": {**VALUES, "number": number} for number in (1, 2, 3)
    }
    query = (
        notes.where(filter=FieldFilter("number", ">", 1)).order_by("number", direction="DESCENDING").limit(1)
    )
    theirs = [(one.id, one.to_dict()) async for one in query.stream()]
    assert [(one.id, one.fields) async for one in stream_documents(query)] == theirs
    assert [one.fields async for one in stream_documents(query.select(["text"]))] == [{"text": "Zoë"}]
    assert [one async for one in stream_documents(notes.where(filter=FieldFilter("number", ">", 9)))] == []
