"""The years in which times of campaigns, keys, reports and files may lie.

Nothing is planned outside. In between, any offset and the horizon of rules can be added without overflow.
"""

YEARS = range(2000, 2200)
SHOWN_YEARS = f"{YEARS.start} to {YEARS.stop - 1}"
