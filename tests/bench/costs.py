"""What a million text messages cost on Google Cloud: `python -m tests.bench.costs` prints a table.

Counts and list prices stand here once. What providers bill comes on top.
"""

from msgspec import Struct

MESSAGES = 1_000_000


class Line(Struct, frozen=True, kw_only=True):
    """So much of something for each message, and the list price of one of it in USD."""

    what: str
    a_message: float
    price: float

    @property
    def cost(self) -> float:
        """Of a million messages, in USD."""
        return self.a_message * MESSAGES * self.price


READ, WRITE, DELETE = 0.03 / 100_000, 0.09 / 100_000, 0.01 / 100_000
TEBIBYTE = 1024**4
PUBLISHED_BYTES = 2 * 1_000  # billed at least: published once, delivered once
VCPU_SECOND, GIB_SECOND, REQUEST = 0.000024, 0.0000025, 0.40 / 1_000_000
LOG_GIB, LOG_LINE_BYTES = 0.50, 600

# Of a message from its row to sent: what tests/usecases/sending/test_counts.py counts. A receipt costs
# one read and one write more at most, and there are two of a text message (sent, delivered).
SENT_READS, SENT_WRITES, RECEIPTS = 2.4, 3.1, 2
# One job for each batch of 100 and chunk of 300, one for each bundle of receipts; one request for each of
# these, and one for each receipt.
JOBS = 1 / 100 + 1 / 300
REQUESTS = JOBS + RECEIPTS * (1 + 1 / 100)
# Not measured on Google Cloud: 8 ms of a core for a message and 2 ms for a receipt. An instance of one
# core and 512 MiB is billed while it has a request, and half of that time its core is idle.
BUSY_SECONDS = (0.008 + RECEIPTS * 0.002) / 0.5

LINES = (
    Line(what="Firestore reads, to sent", a_message=SENT_READS, price=READ),
    Line(what="Firestore writes, to sent", a_message=SENT_WRITES, price=WRITE),
    Line(what="Firestore reads, receipts", a_message=RECEIPTS, price=READ),
    Line(what="Firestore writes, receipts", a_message=RECEIPTS, price=WRITE),
    Line(what="Firestore deletes by their end of life", a_message=2.0, price=DELETE),
    Line(what="Pub/Sub, bytes", a_message=(JOBS + RECEIPTS / 100) * PUBLISHED_BYTES, price=40 / TEBIBYTE),
    Line(what="Cloud Run, requests", a_message=REQUESTS, price=REQUEST),
    Line(what="Cloud Run, vCPU seconds", a_message=BUSY_SECONDS, price=VCPU_SECOND),
    Line(what="Cloud Run, GiB seconds", a_message=BUSY_SECONDS / 2, price=GIB_SECOND),
    Line(what="Cloud Logging, GiB", a_message=0.1 * LOG_LINE_BYTES / 1024**3, price=LOG_GIB),
)


def table(lines: tuple[Line, ...] = LINES) -> str:
    """In Markdown."""
    rows = ["| | for a message | for a million | USD |", "|---|---|---|---|"]
    for line in lines:
        rows.append(
            f"| {line.what} | {line.a_message:.4g} | {line.a_message * MESSAGES:,.4g} | {line.cost:,.2f} |"
        )
    rows.append(f"| **together** | | | **{sum(line.cost for line in lines):,.2f}** |")
    return "\n".join(rows)


def main() -> None:
    """Print the table."""
    print(table())


if __name__ == "__main__":
    main()
