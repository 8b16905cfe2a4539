"""Rollcall's core. Importing any of it makes this process use the pinned time zones (tzdata).

Python's zoneinfo asks the system's files first (https://docs.python.org/3/library/zoneinfo.html#data-sources),
and those are as old as the machine's image: a window in Vancouver would then open an hour wrong.
"""

import zoneinfo

zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()  # what was read before, from the system's files
