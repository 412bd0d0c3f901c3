"""Words for the numbers of page tables and of errors, in what a student reads about a failed test.
"""

ENOMEM, EINVAL, EEXIST, ENOSPC, EAGAIN, EPERM, EFAULT, ENAMETOOLONG = 12, 22, 17, 28, 11, 1, 14, 36
NAMES = {0: "0", ENOMEM: "-ENOMEM", EINVAL: "-EINVAL", EEXIST: "-EEXIST", ENOSPC: "-ENOSPC", EAGAIN: "-EAGAIN",
         EPERM: "-EPERM", EFAULT: "-EFAULT", ENAMETOOLONG: "-ENAMETOOLONG"}
LARGEST_ERROR = 4095
PAGE, LARGE = 4096, 1 << 22
P, W, U, A, D, PS, G, NOPAGE, PROT_NONE = 1, 2, 4, 0x20, 0x40, 0x80, 0x100, 0x200, 0x200
BITS = [(P, "PTE_P"), (W, "PTE_W"), (U, "PTE_U"), (PS, "PTE_PS"), (G, "PTE_G"), (0x200, "bit 9"), (0x400, "bit 10"),
        (0x800, "bit 11")]


def error(value):
    """A result as people write it: 0, -ENOMEM, or the number."""
    number = -value & 0xFFFFFFFF
    return NAMES.get(number, f"{value:#x}" if number > LARGEST_ERROR else f"-{number}")


def number_words(value):
    """A number that may be an error: -ENOMEM; else the number, hexadecimal from 10 on."""
    if 0 < -value & 0xFFFFFFFF <= LARGEST_ERROR:
        return error(value)
    return f"{value:#x}" if value > 9 else str(value)


def count_words(number, thing):
    """How many there are: 1 reference, 2 references."""
    return f"{number_words(number)} {thing}" + ("s" if number != 1 else "")


def perm_words(bits):
    """Bits of an entry by their names."""
    return " | ".join(name for bit, name in BITS if bits & bit) or "0"


def entry_words(entry):
    """An entry of a table or a directory: its value, its address, its bits."""
    if entry == 0:
        return "0 (empty)"
    bits, page = entry & 0xFFF, entry // PAGE
    if not entry & (P | PROT_NONE):
        return f"{entry:#x} (in use, but not present: {perm_words(bits)})"
    if not entry & P:
        others = perm_words(bits & ~PROT_NONE)
        return f"{entry:#x} (PROT_NONE: not present, keeps page {page:#x}; {others})"
    if entry & NOPAGE and not entry & PS:
        return f"{entry:#x} (a device's, PTE_NOPAGE: no page_t; {perm_words(bits & ~NOPAGE)})"
    what = f"the large page at {entry & -LARGE:#x}" if entry & PS else f"page {page:#x}"
    return f"{entry:#x} ({what}, {perm_words(bits)})"
