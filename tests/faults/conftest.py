"""The clinic of the use case tests, for stories that need one guard each."""

from tests.usecases.conftest import clinic

__all__ = ["clinic"]
