"""Bytes that others chose (file names, names of processes), as text that is safe to show.

A name may hold any byte: it need not be UTF-8, and a newline or an escape sequence in it could
forge a line of a report. Names are kept as Python keeps the system's own file names: decoded from
UTF-8, each other byte as a lone surrogate; `encoded` has the bytes again.
"""


def decoded(name):
    """Bytes as a str from which `encoded` makes the same bytes."""
    return name.decode("utf-8", "surrogateescape")


def encoded(name):
    """The bytes of which `decoded` made this str."""
    return name.encode("utf-8", "surrogateescape")


def visible(text):
    """The text with \\xNN and the like in place of what would not show as itself."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character):
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
