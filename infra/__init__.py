import shared  # noqa: F401  # the pinned time zones hold from here on
