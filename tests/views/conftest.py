"""Views on the real emulators, over the clinic of the use case tests."""

from tests.usecases.conftest import clinic

__all__ = ["clinic"]
