"""The size that records are cut by is never below what the client really sends."""

from typing import Any

from google.cloud.firestore import AsyncWriteBatch
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.files.row_chunk import ROW_CHARACTERS
from shared.domain.messages.batch import Batch
from shared.domain.messages.failure import SHOWN_LENGTH, Failure, FailureStep
from shared.domain.messages.message import Message
from shared.domain.messages.text_claim import TextClaim
from shared.domain.record import replace
from shared.domain.stored_size import COMMIT_BYTES, stored_bytes
from shared.firestore.kit.collection import Collection
from tests.kit.builders import NOON, a_campaign, a_message, a_source, a_template
from tests.kit.clinic import Clinic

DOCUMENT_BYTES = 1024 * 1024
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def bytes_sent(collection: Collection[Any], record: Any) -> tuple[int, int]:
    """What creating and what saving the record put into a commit, by the client's own encoding."""
    writer = AsyncWriteBatch(collection._db)
    collection.create(writer, "c" * 128, "i" * 128, record)
    collection.put(writer, "c" * 128, "i" * 128, record)
    created, saved = (write.ByteSize() for write in writer._write_pbs)
    return created, saved


def a_failure(**changes: Any) -> Failure:
    failure = Failure(
        id="f", step=FailureStep.SEND, field="phone", value="12", kind="no", reason="no", created_at=NOON
    )
    return replace(failure, **changes)


def a_batch(count: int) -> Batch:
    return Batch(
        id="b",
        company_id="acme",
        fire_id="f1",
        sender_id="texts",
        message_ids=tuple(f"{number:032}" for number in range(count)),
        planned_start=NOON,
    )


def filled(body: str, subject: str) -> Message:
    """A message with everything that it may learn."""
    facts = dict.fromkeys(("reason", "code", "provider_id", "delivery_code", "settled_by"), body)
    times = dict.fromkeys(("planned_for", "not_after", "sending_at", "sent_at", "search_at"), NOON)
    return a_message(body=body, subject=subject, row_number=2**40, **facts, **times)


async def test_no_record_is_larger_than_it_is_counted(clinic: Clinic) -> None:
    stores = clinic.stores

    @settings(max_examples=100, deadline=None)
    @given(TEXTS, TEXTS, st.dictionaries(TEXTS.filter(bool), TEXTS, max_size=8))
    def check(body: str, subject: str, values: dict[str, str]) -> None:
        records: list[tuple[Collection[Any], Any]] = [
            (stores.messages, filled(body, subject)),
            (stores.messages, a_message(body=body)),
            (stores.failures, a_failure(reason=body, values=values)),
            (stores.batches, a_batch(len(body) % 101)),
            (stores.text_claims, TextClaim(id="t", message_id="m")),
            (stores.templates, a_template(body=body)),
        ]
        for collection, record in records:
            counted = stored_bytes(record)
            sent = bytes_sent(collection, record)
            assert max(sent) <= counted, type(record).__name__
            assert counted <= 1.5 * max(sent) + 2_000, type(record).__name__

    check()


async def test_records_with_lists_and_maps_are_counted_too(clinic: Clinic) -> None:
    stores = clinic.stores
    for collection, record in ((stores.campaigns, a_campaign()), (stores.sources, a_source())):
        assert max(bytes_sent(collection, record)) <= stored_bytes(record)


async def test_a_full_batch_leaves_room_for_what_its_messages_learn(clinic: Clinic) -> None:
    """Its messages are written anew, all in one transaction, with failures and refusals beside them."""
    learned = stored_bytes(filled("x" * SHOWN_LENGTH, "")) - stored_bytes(a_message(body=""))
    beside = 2 * stored_bytes(a_failure(reason="x" * SHOWN_LENGTH))
    assert COMMIT_BYTES + 100 * (learned + beside) / 2 < 4 * DOCUMENT_BYTES


async def test_the_failure_of_the_longest_row_fits_a_document(clinic: Clinic) -> None:
    values = {f"field_{number}" + "x" * 50: "😀" * (ROW_CHARACTERS // 500) for number in range(500)}
    longest = a_failure(values=values, value="😀" * SHOWN_LENGTH, reason="😀" * SHOWN_LENGTH)
    assert stored_bytes(longest) < DOCUMENT_BYTES
    await clinic.stores.failures.save(clinic.company_id, longest.id, longest)
    assert await clinic.stores.failures.get(clinic.company_id, longest.id) == longest
