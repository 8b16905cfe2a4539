"""Google's certificates, which OIDC tokens are checked against: fetched when needed, kept as long as it says.

https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
"""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

CERTIFICATES_URL = "https://www.googleapis.com/oauth2/v1/certs"
FETCH_SECONDS = 5.0
SHORTEST_SECONDS = 60.0  # a token with a made-up key id must not make us fetch each time
LONGEST_SECONDS = 24 * 3600.0
RETRY_SECONDS = 2.0  # after a failure: callers must not queue up behind one time-out after another


class CertificatesUnavailable(Exception):
    """Google's certificates cannot be had now, so nobody can be let in or refused for good."""


class GoogleCertificates:
    """The certificates by key id. May be used by several threads at once."""

    def __init__(self, url: str = CERTIFICATES_URL, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: Mapping[str, str] = {}
        self._tried_at = self._good_until = float("-inf")

    def for_key(self, key_id: str) -> Mapping[str, str]:
        """The certificates that count now; without `key_id` when Google knows no such key.

        A key that is not among those kept may be a new one: then they are fetched again, at most once a
        minute. Raises CertificatesUnavailable.
        """
        with self._lock:
            now = self._clock()
            if now < self._good_until:
                if key_id not in self._kept and now - self._tried_at >= SHORTEST_SECONDS:
                    with suppress(CertificatesUnavailable):  # those that are kept still count
                        self._fetch(now)
            elif now - self._tried_at >= RETRY_SECONDS:
                self._fetch(now)
            else:
                raise CertificatesUnavailable("they could not be fetched a moment ago")
            return self._kept

    def _fetch(self, now: float) -> None:
        import google.auth.exceptions
        import google.auth.transport.requests

        self._tried_at = now
        request = google.auth.transport.requests.Request()
        try:
            answer = request(self._url, timeout=FETCH_SECONDS, allow_redirects=False)
            found = json.loads(answer.data) if answer.status == 200 else None
        except (google.auth.exceptions.TransportError, ValueError) as error:
            raise CertificatesUnavailable(type(error).__name__) from error
        if not found or not isinstance(found, dict):
            raise CertificatesUnavailable(f"the answer was {answer.status}, or held none")
        lasts = re.search(r"max-age=(\d{1,9})", answer.headers.get("Cache-Control", ""))
        seconds = min(max(float(lasts[1]) if lasts else 0.0, SHORTEST_SECONDS), LONGEST_SECONDS)
        self._kept, self._good_until = found, now + seconds
