"""Receipts on their way from the webhook to the ledger."""

from typing import Any

import pytest

from shared.domain.job import RecordReceipts
from shared.domain.messages.receipt_bundle import bundles_of, receipts_of, record_job, with_receipts
from shared.domain.messages.sending import Lesson, Receipt, ReceiptKind
from shared.domain.record import replace
from tests.kit.builders import NOON


def receipt(number: int = 1, **changes: Any) -> Receipt:
    made = Receipt(
        message_id=f"m{number}",
        kind=ReceiptKind.UNDELIVERED,
        event_id=f"e{number}",
        provider_id=f"SM{number}",
        code="30005",
        reason="The number is unknown.",
        address="+12125550187",
        sent_at=NOON,
        lesson=Lesson.MAYBE_GONE,
    )
    return replace(made, **changes)


def test_they_come_out_as_they_were_told_in_their_order() -> None:
    told = [receipt(number) for number in range(601)]
    bundles = list(bundles_of(told, NOON))
    assert [len(receipts_of(bundle)) for bundle in bundles] == [300, 300, 1]
    assert [one for bundle in bundles for one in receipts_of(bundle)] == told
    assert {bundle.told_at for bundle in bundles} == {NOON}
    assert len({bundle.id for bundle in bundles}) == 3
    assert list(bundles_of([], NOON)) == []


@pytest.mark.parametrize(
    ("field", "longest"), [("reason", 1_000), ("code", 500), ("provider_id", 500), ("address", 500)]
)
def test_a_long_text_is_cut_so_that_a_bundle_fits_a_document(field: str, longest: int) -> None:
    (bundle,) = bundles_of([receipt(1, **{field: "x" * (longest + 1)})], NOON)
    (kept,) = receipts_of(bundle)
    assert kept == receipt(1, **{field: "x" * longest})


def test_what_is_recorded_is_taken_out_of_it() -> None:
    (bundle,) = bundles_of([receipt(1), receipt(2)], NOON)
    rest = with_receipts(bundle, [receipt(2)])
    assert (rest.id, rest.told_at, receipts_of(rest)) == (bundle.id, NOON, [receipt(2)])


def test_its_job_carries_its_id() -> None:
    (bundle,) = bundles_of([receipt()], NOON)
    assert record_job("acme", bundle) == RecordReceipts(company_id="acme", bundle_id=bundle.id)
