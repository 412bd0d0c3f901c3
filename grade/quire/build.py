"""Where the things are that `make` builds."""
import os

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def path(*names):
    """A file of the build: in $QUIRE_OBJ, or in obj/."""
    return os.path.join(os.path.abspath(os.environ.get("QUIRE_OBJ") or f"{TREE}/obj"), *names)


def debug_kernel():
    """The kernel with all its checks, or None where it has not been built."""
    kernel = path("debug", "quire.elf")
    return kernel if os.path.exists(kernel) else None


def ubsan_kernel(normal=False):
    """The debug kernel (or the normal one) with checks for undefined behaviour besides, or None."""
    kernel = path("ubsan", "quire.elf") if normal else path("ubsan", "debug", "quire.elf")
    return kernel if os.path.exists(kernel) else None


def stretch_kernel():
    """The one that measures how long it lets nobody else run, or None."""
    return _unless_without("stretch", path("stretch", "quire.elf"))


def kernels():
    """The files of all kernels that make may have built, the debug kernel first."""
    return [path(*names, "quire.elf") for names in (("debug",), (), ("stretch",), ("ubsan",), ("ubsan", "debug"))]


def cd():
    """The image of a CD, or None."""
    return _unless_without("cd", path("quire.iso"))


def _unless_without(what, file):
    """The file, or None where it is not there, or where make has left it as it was: it may be of an older source."""
    return file if os.path.exists(file) and what not in os.environ.get("QUIRE_WITHOUT", "").split() else None


def source(*names):
    """A file of the source tree."""
    return os.path.join(TREE, *names)
