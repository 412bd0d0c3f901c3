"""What was found in a file is kept, until the file changes: a workbench builds many kernels at one path."""
import os
from functools import lru_cache, wraps

KEPT = 4096  # results of one function


def cached_by_file(function):
    """Keep the results of function(path, ...), like lru_cache. A file that was written again is read again."""

    @lru_cache(maxsize=KEPT)
    def kept(path, _stamp, *rest):
        return function(path, *rest)

    @wraps(function)
    def cached(path, *rest):
        return kept(path, stamp(path), *rest)

    return cached


def stamp(path):
    """What changes with a file's contents; None where there is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
