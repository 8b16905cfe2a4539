"""Receipts that were told and not yet recorded: many in one document, so that telling costs few writes."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from shared.domain.ids import random_id
from shared.domain.job import RecordReceipts
from shared.domain.messages.sending import Receipt
from shared.domain.record import replace

RECEIPTS_PER_BUNDLE = 300
REASON_CHARACTERS = 1_000  # so that a bundle fits a document, be each character of four bytes
_TEXT_CHARACTERS = 500  # ids, codes and addresses are far shorter
_RECEIPTS = msgspec.json.Decoder(list[Receipt])


class ReceiptBundle(Struct, frozen=True, kw_only=True):
    """Some receipts of a company as they were told. `receipts` is their compressed JSON.

    It waits for `record_receipts`, which deletes it. `told_at` is when it was stored.
    """

    id: str
    told_at: datetime
    receipts: bytes


def bundles_of(receipts: Sequence[Receipt], told_at: datetime) -> Iterator[ReceiptBundle]:
    """The receipts in as few bundles as hold them."""
    for start in range(0, len(receipts), RECEIPTS_PER_BUNDLE):
        some = map(_shortened, receipts[start : start + RECEIPTS_PER_BUNDLE])
        yield ReceiptBundle(id=random_id(), told_at=told_at, receipts=_packed(some))


def receipts_of(bundle: ReceiptBundle) -> list[Receipt]:
    """The receipts, in the order in which they were told."""
    return _RECEIPTS.decode(zlib.decompress(bundle.receipts))


def with_receipts(bundle: ReceiptBundle, receipts: Iterable[Receipt]) -> ReceiptBundle:
    """The bundle with these receipts in place of its own."""
    return replace(bundle, receipts=_packed(receipts))


def record_job(company_id: str, bundle: ReceiptBundle) -> RecordReceipts:
    """The job that has the bundle recorded."""
    return RecordReceipts(company_id=company_id, bundle_id=bundle.id)


def _packed(receipts: Iterable[Receipt]) -> bytes:
    return zlib.compress(msgspec.json.encode(list(receipts)), 1)


def _shortened(receipt: Receipt) -> Receipt:
    """What recording needs: what a provider says beside that is its own, or a person's."""
    return replace(
        receipt,
        reason=_cut(receipt.reason, REASON_CHARACTERS),
        code=_cut(receipt.code, _TEXT_CHARACTERS),
        provider_id=_cut(receipt.provider_id, _TEXT_CHARACTERS),
        address=_cut(receipt.address, _TEXT_CHARACTERS),
    )


def _cut(text: str | None, length: int) -> str | None:
    return None if text is None else text[:length]
