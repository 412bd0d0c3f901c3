"""Ordered trees (kern/mem/avl.h)."""
from quire.audit_memory import Damage

LEAN, OUT = 3, 3  # bits of avl_node.up; what they are where the node is in no tree


def entries(audit, check, tree, name, member):
    """The structs in the tree at `tree`, in order; what is wrong with the tree is reported.

    `member` is the node in struct `name`. Of a damaged tree those that were reached.
    """
    found = []
    try:
        _below(audit.memory, audit.memory.word(tree), 0, found)
    except Damage as damage:
        audit.complete = False
        audit.report(check, f"the tree at {audit.memory.name_of(tree)}: {damage}")
    within = audit.memory.field(name, member)[0]
    return [node - within for node in found]


def is_linked(memory, name, at, member):
    """Is the struct `name` at `at` in a tree, by its own account?"""
    return memory.value_at(name, at, f"{member}.up") != OUT


def _below(memory, node, parent, found):
    """Add the nodes from `node` downwards to `found`; returns the height."""
    if not node:
        return 0
    before, after, up = (memory.word(node + i) for i in (0, 4, 8))
    if up & ~LEAN != parent:
        raise Damage(f"the node at {node:#x} names {up & ~LEAN:#x} as its parent, not {parent:#x}")
    left = _below(memory, before, node, found)
    found.append(node)
    right = _below(memory, after, node, found)
    if right - left != (up & LEAN) - 1:
        raise Damage(f"the node at {node:#x} leans by {(up & LEAN) - 1} over {left} and {right}")
    return max(left, right) + 1
