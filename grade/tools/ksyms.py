#!/usr/bin/env python3
"""Turn nm's output (standard input) into the kernel's symbol table, as assembly (standard output).

The table is what kern/debug/symbols.h declares: ksyms[], sorted by address, and nksyms.
"""
import re
import sys


def functions(lines):
    """The code symbols in nm's lines: one name for each address, sorted by address."""
    names = {}
    for line in lines:
        match = re.fullmatch(r"([0-9a-fA-F]+) [tTwW] ([A-Za-z_][\w.$]*)", line.strip())
        if match:
            addr, name = int(match[1], 16), match[2]
            names[addr] = min(names.get(addr, name), name)
    return sorted(names.items())


def main():
    symbols = functions(sys.stdin)
    print('\t.section .ksyms, "a"')
    print("\t.balign 4")
    print("\t.globl nksyms, ksyms")
    print(f"nksyms:\n\t.long {len(symbols)}")
    print("ksyms:")
    for number, (addr, _) in enumerate(symbols):
        print(f"\t.long {addr:#010x}, .Lname{number}")
    for number, (_, name) in enumerate(symbols):
        print(f'.Lname{number}:\n\t.asciz "{name}"')
    print('\t.section .note.GNU-stack, "", @progbits')


if __name__ == "__main__":
    main()
