"""Views on the real emulators: the clinic of the use case tests, and the two companies of the API's."""

from tests.api.conftest import office
from tests.usecases.conftest import clinic

__all__ = ["clinic", "office"]
