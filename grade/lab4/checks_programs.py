"""Lab 4's checks that are programs: hostile ones, none of which forks. All exercises must be
written for most of them.
"""
from quire.lab_check import Checks

CHECKS = Checks(4, None)

for _name, _sentence in (
    ("evil_pointers_files", "calls on files, with bad pointers, return -EFAULT and harm nobody"),
    ("evil_pointers_paths", "calls with bad paths return -EFAULT and harm nobody"),
    ("evil_pointers_structs", "calls with bad structs return -EFAULT and harm nobody"),
    ("evil_copy_unmapped", "a buffer that is only partly mapped is copied as far as it can be"),
    ("evil_mappings", "mappings at the edges of user memory harm nobody"),
    ("evil_growsdown", "copies to a stack that grows harm nobody"),
    ("evil_getdents", "the entries of a directory are not written where the program may not write"),
    ("evil_ioctl", "ioctl with bad pointers returns -EFAULT"),
    ("evil_poll_sets", "poll and select with bad sets return -EFAULT"),
    ("evil_stack_signal", "a signal whose frame cannot be written ends the program"),
    ("evil_frame_flags", "a forged signal frame is taken without harm to the kernel"),
    ("evil_nested_faults", "faults in handlers of faults end the program, not the kernel"),
    ("evil_absent_calls", "calls that do not exist return -ENOSYS"),
    ("evil_selectors", "bad selectors end the program, not the kernel"),
    ("evil_vectors", "vectors of buffers with bad addresses and lengths return errors"),
    ("evil_links", "names that do not fit, and loops of links, return errors"),
    ("efault_buffers", "a bad buffer gives -EFAULT in each call that takes one"),
    ("efault_paths", "a bad path gives -EFAULT in each call that takes one"),
    ("efault_results", "a bad place for a result gives -EFAULT"),
):
    CHECKS.add_program(_name, _sentence)
