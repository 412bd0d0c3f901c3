"""The audit of a machine's memory after a trace: the checks of audit.py for what had started by
then.

After page_init these are the kernel's image, the free list and the spare pages; after pgdir_init
the kernel's page tables too. What is free and what is reserved comes from the model, never from the
kernel's variables.
"""
from threading import Lock

from quire import audit, audit_dwarf, audit_pages, audit_tables
from quire.audit_memory import Memory

ONE_AT_A_TIME = Lock()  # the first reader of a kernel's debug information keeps them for the others

# The checks for each step of boot; those of earlier steps are made too.
STEPS = [
    ("page", [("free-list", audit_pages.free_list), ("page-caches", audit_pages.page_caches)]),
    ("pgdir", [("kernel-tables", audit_tables.kernel_tables)]),
]


def findings(content, kernel, step, model):
    """What is wrong, in words. `model` knows which pages must be free."""
    names = [name for name, _ in STEPS]
    if step not in names:
        return []
    with open(kernel, "rb") as file:
        elf = file.read()
    with ONE_AT_A_TIME:
        layout = audit_dwarf.layout(kernel, elf)
    with Memory(content, layout) as memory:
        found = audit.Audit(memory)
        if not memory.value("zero_page"):
            return []  # page_init has not run, or the zero page comes later
        if found.run("kernel-image", audit_pages.kernel_image, elf):
            found.run("kinds", audit_pages.read_pages)
        for name, checks in STEPS[: names.index(step) + 1] if found.pages else ():
            for check_name, check in checks:
                found.run(check_name, check)
        if found.pages and model is not None:
            found.run("free-pages", _compare, model)
        return [str(finding) for finding in found.findings]


def _compare(found, model):
    """Are the free pages those that the model expects?"""
    pages = found.pages
    if not getattr(model, "free", None):
        return
    free = {number for number, kind in enumerate(pages.kind) if kind == pages.FREE}
    for number in sorted(free - model.free)[:4]:
        found.report("free-pages", f"{pages.name(number)} must not be free")
    for number in sorted(model.free - free)[:4]:
        found.report("free-pages", f"{pages.name(number)} must be free")


