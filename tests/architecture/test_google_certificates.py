"""Google's certificates are fetched seldom, follow a change of keys, and without them nobody is let in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions import google_certificates
from functions.google_certificates import (
    RETRY_SECONDS,
    SHORTEST_SECONDS,
    CertificatesUnavailable,
    GoogleCertificates,
)
from tests.kit.architecture.google_signer import CertificatesAddress, Signer, certificates_address

FIRST, SECOND = Signer("first"), Signer("second")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def google() -> Iterator[CertificatesAddress]:
    with certificates_address(FIRST) as address:
        yield address


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def certificates(google: CertificatesAddress, clock: Clock) -> GoogleCertificates:
    return GoogleCertificates(google.url, clock)


def test_they_are_fetched_once_while_they_last(
    certificates: GoogleCertificates, google: CertificatesAddress, clock: Clock
) -> None:
    for _ in range(3):
        assert certificates.for_key("first") == {"first": FIRST.certificate}
    clock.at += google.max_age - 1
    certificates.for_key("first")
    assert google.fetches == 1
    clock.at += 1
    certificates.for_key("first")
    assert google.fetches == 2


def test_callers_at_the_same_time_share_one_fetch(
    certificates: GoogleCertificates, google: CertificatesAddress
) -> None:
    google.waits.clear()
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(certificates.for_key, "first") for _ in range(8)]
        google.waits.set()
        assert all(one.result() == {"first": FIRST.certificate} for one in waiting)
    assert google.fetches == 1


def test_a_new_key_is_found_before_the_old_ones_end(
    certificates: GoogleCertificates, google: CertificatesAddress, clock: Clock
) -> None:
    certificates.for_key("first")
    google.show(FIRST, SECOND)
    clock.at += SHORTEST_SECONDS
    assert "second" in certificates.for_key("second")


def test_a_key_that_google_withdrew_ends_with_its_time(
    certificates: GoogleCertificates, google: CertificatesAddress, clock: Clock
) -> None:
    certificates.for_key("first")
    google.show(SECOND)
    clock.at += google.max_age
    assert certificates.for_key("first") == {"second": SECOND.certificate}


def test_made_up_keys_do_not_make_us_fetch_each_time(
    certificates: GoogleCertificates, google: CertificatesAddress, clock: Clock
) -> None:
    for number in range(50):
        certificates.for_key(f"made-up-{number}")
        clock.at += 1
    assert google.fetches == 1


def test_without_a_time_they_last_a_minute(
    certificates: GoogleCertificates, google: CertificatesAddress, clock: Clock
) -> None:
    google.max_age = 0
    certificates.for_key("first")
    clock.at += SHORTEST_SECONDS - 1
    certificates.for_key("first")
    assert google.fetches == 1


@pytest.mark.parametrize(
    ("status", "body"), [(500, b""), (404, b"{}"), (200, b"no JSON"), (200, b"[]"), (200, b"{}"), (302, b"")]
)
def test_what_cannot_be_fetched_lets_nobody_in(
    certificates: GoogleCertificates, google: CertificatesAddress, clock: Clock, status: int, body: bytes
) -> None:
    good = google.body
    google.status, google.body = status, body
    for _ in range(5):
        with pytest.raises(CertificatesUnavailable):
            certificates.for_key("first")
    assert google.fetches == 1  # who comes at once after does not ask again
    google.status, google.body = 200, good
    clock.at += RETRY_SECONDS
    assert certificates.for_key("first") == {"first": FIRST.certificate}


def test_an_outage_ends_what_is_kept_only_with_its_time(
    certificates: GoogleCertificates, google: CertificatesAddress, clock: Clock
) -> None:
    certificates.for_key("first")
    google.status = 500
    clock.at += google.max_age - 1
    assert "first" in certificates.for_key("first")
    assert "second" not in certificates.for_key("second")  # looked for in vain, and refused
    clock.at += RETRY_SECONDS
    with pytest.raises(CertificatesUnavailable):
        certificates.for_key("first")


def test_an_answer_that_does_not_come_is_not_waited_for(
    certificates: GoogleCertificates, google: CertificatesAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google_certificates, "FETCH_SECONDS", 0.2)
    google.waits.clear()
    with pytest.raises(CertificatesUnavailable):
        certificates.for_key("first")


def test_nobody_there_lets_nobody_in(clock: Clock) -> None:
    with pytest.raises(CertificatesUnavailable):
        GoogleCertificates("http://127.0.0.1:9/certs", clock).for_key("first")
