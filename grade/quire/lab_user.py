"""Lab 4's model of copies across the border (kern/vm/uaccess.h): it knows each byte of user memory.

The kernel reports digests of bytes: of the kernel's buffer before, in and after the range that a
copy may change, and of user memory.
"""
from quire.lab_area import ULIM, WRITE, ZERO, down
from quire.lab_bytes import BufferBytes, UserBytes, digest
from quire.lab_check import NOT_STORED, Wrong
from quire.lab_faults import OK, Spaces
from quire.lab_words import EFAULT, ENAMETOOLONG, PAGE, error

BUFFER = 3 * PAGE
PTE_W = 2
SIGSEGV = 11


def pattern(seed, i):
    """The byte number `i` of a pattern, as kern/vm/test/trace_uaccess.c makes it."""
    return ((seed + i) * 167 >> 3 | 1) & 0xFF


class User(Spaces):
    """The model."""

    def __init__(self, symbols):
        super().__init__(symbols)
        self.buffer = bytearray(BUFFER)
        self.logged = ""  # how the newest line of the log must end

    def where(self, number):
        """Which space, and what a copy finds there."""
        if number not in self.spaces:
            return "in no space"
        kind = "the current space" if number == self.entered else "another space"
        return f"in {kind}" if self.brief else f"in {kind} with {self.spaces[number]}"

    def _copy_words(name):
        return lambda self, number, at, va, length: f"{name}({va:#x}, {length:#x} bytes) {self.where(number)}"

    words_copyin, words_copyin_slow, words_copyin_partial = map(_copy_words, ("copyin", "copyin_slow", "copyin_partial"))
    words_copyout, words_copyout_slow, words_copyout_partial = map(_copy_words, ("copyout", "copyout_slow", "copyout_partial"))
    words_copyinstr, words_copyinstr_slow = map(_copy_words, ("copyinstr", "copyinstr_slow"))
    words_user_bytes = lambda self, number, va, length: f"the bytes of [{va:#x}, {va + length:#x}) in space {number} afterwards"
    words_user_mem_check = lambda self, number, va, length, perm, store=1: \
        f"user_mem_check({va:#x}, {length:#x}, {'PTE_U | PTE_W' if perm & PTE_W else 'PTE_U'}) {self.where(number)}"
    words_user_mem_assert = lambda self, va, length, perm: \
        f"user_mem_assert({va:#x}, {length:#x}, {'PTE_U | PTE_W' if perm & PTE_W else 'PTE_U'}) {self.where(self.entered)}"

    words_buffer = lambda self, seed: "the grader fills the kernel's buffer with a pattern"
    words_user_fill = lambda self, number, va, length, seed: \
        f"the grader fills [{va:#x}, {va + length:#x}) in space {number} with a pattern without a NUL"
    words_user_nul = lambda self, number, va: f"the grader writes a NUL to {va:#x} in space {number}"
    words_release_locks = lambda self: "the grader releases the locks"
    words_assert_ends = lambda self, va, length, perm: self.words_user_mem_assert(va, length, perm)
    words_last_line = lambda self: "the newest line of the kernel's log"
    words_fixup_end = lambda self: "trap_fixup at an address that only the word after the exception table has"

    def words_fixup(self, index, beside=0):
        return f"trap_fixup at entry {index} of the exception table" + (f", {beside} bytes further" if beside else "")

    # User memory.

    def byte_page(self, number, va, write):
        """The page at an address after an access, with the fault that it takes: its content, or
        None.
        """
        space = self.spaces.get(number)
        if not space or va >= ULIM:
            return None
        entry = space.pages.get(down(va))
        if entry is None or write and (entry is ZERO or not entry[1]):
            if self.handle(number, va, write) != OK:
                return None
            entry = space.pages[down(va)]
        return bytearray(PAGE) if entry is ZERO else entry[0].content

    def load(self, number, va, length):
        """The bytes that can be read from `va` on, at most `length`."""
        found = bytearray()
        while len(found) < length:
            at = va + len(found)
            content = self.byte_page(number, at, False)
            if content is None:
                break
            found += content[at % PAGE :][: length - len(found)]
        return bytes(found)

    def store(self, number, va, content):
        """Write to user memory; returns how many bytes can be written."""
        done = 0
        while done < len(content):
            at = va + done
            page = self.byte_page(number, at, True)
            if page is None:
                break
            part = content[done:][: PAGE - at % PAGE]
            page[at % PAGE : at % PAGE + len(part)] = part
            done += len(part)
        return done

    def do_buffer(self, seed, report):
        self.buffer = bytearray(pattern(seed, i) for i in range(BUFFER))

    def do_user_fill(self, number, va, length, seed, report):
        written = 0
        for i in range(length):
            entry = self.spaces[number].pages.get(down(va + i))
            if entry and entry is not ZERO:
                entry[0].content[(va + i) % PAGE] = pattern(seed, i)
                written += 1
        self.expect(report.values[0], written, "that pages of the space's own are mapped, so bytes written:", "no page")

    def do_user_nul(self, number, va, report):
        self.expect(report.values[0], 0, "that a page of the space's own is mapped:", "no page")
        self.spaces[number].pages[down(va)][0].content[va % PAGE] = 0

    def do_user_bytes(self, number, va, length, report):
        found = bytearray()
        for i in range(length):
            entry = self.spaces[number].pages.get(down(va + i))
            if entry is not None:
                found.append(0 if entry is ZERO else entry[0].content[(va + i) % PAGE])
        total, mapped = report.values
        self.expect(mapped, len(found), "how many of them are mapped:", "mapped")
        if total != digest(found):
            where = UserBytes(number, va, bytes(found)) if len(found) == length else None
            raise Wrong(self.call, "the bytes that were there, and those that were copied", "other bytes", "user_bytes: other bytes", where)

    # Copies into the kernel.

    def _copied(self, report, at, content, done, length):
        """The buffer after a copy of `content` to `at`, of which `done` bytes count."""
        before, inside, after = report.values[1:4]
        if before != digest(self.buffer[:at]) or after != digest(self.buffer[at + length :] if length < BUFFER else b""):
            where = BufferBytes(at, bytes(self.buffer[:at])) if before != digest(self.buffer[:at]) else None
            raise Wrong(self.call, "that only the bytes of the destination change", "others have changed",
                        f"{self.operation_name()}: other bytes changed", where)
        if inside != digest(content[:done]):
            raise Wrong(self.call, f"{done:#x} bytes of user memory at the destination", "other bytes",
                        f"{self.operation_name()}: wrong bytes", BufferBytes(at, bytes(self.buffer[:at] + content[:done])))
        self.buffer[at : at + done] = content[:done]

    def _copyin(self, number, at, va, length, report):
        fits = va <= ULIM and length <= ULIM - va
        content = self.load(number, va, length) if fits else b""
        good = fits and len(content) == length
        self.expect_error(report.values[0], 0 if good else EFAULT)
        if good:
            self._copied(report, at, content, length, length)
            return
        self._copied(report, at, b"", 0, length)
        if fits:
            self.buffer = None  # a part may have been copied: the check fills it again
        elif report.values[4] != digest(self.buffer[at : at + length]):
            raise Wrong(self.call, "that nothing is copied, because the range reaches beyond ULIM", "a part has been copied",
                        f"{self.operation_name()}: a part beyond ULIM")

    do_copyin = do_copyin_slow = lambda self, number, at, va, length, report: self._copyin(number, at, va, length, report)

    def do_copyin_partial(self, number, at, va, length, report):
        content = self.load(number, va, self.part_before_yield(number, va, min(length, max(0, ULIM - va))))
        self.expect(report.values[0], len(content), "the number of bytes copied,", "count")
        self._copied(report, at, content, len(content), length)

    # Copies to the user.

    def _copyout(self, number, at, va, length, report):
        fits = va <= ULIM and length <= ULIM - va
        good = fits and self.store(number, va, self.buffer[at : at + length]) == length
        self.expect_error(report.values[0], 0 if good else EFAULT)

    do_copyout = do_copyout_slow = lambda self, number, at, va, length, report: self._copyout(number, at, va, length, report)

    def do_copyout_partial(self, number, at, va, length, report):
        part = self.buffer[at : at + self.part_before_yield(number, va, min(length, max(0, ULIM - va)))]
        self.expect(report.values[0], self.store(number, va, part), "the number of bytes copied,", "count")

    # Strings.

    def do_copyinstr(self, number, at, va, most, report):
        content, end = bytearray(), min(most, max(0, ULIM - va))
        while len(content) < end:
            more = self.load(number, va + len(content), min(end - len(content), PAGE - (va + len(content)) % PAGE))
            if not more:
                break
            content += more
            if 0 in more:
                break
        if 0 in content:
            wanted = content.index(0)
            content = content[: wanted + 1]
        else:
            wanted = -ENAMETOOLONG if len(content) == most else -EFAULT
        got = report.values[0]
        if got != wanted & 0xFFFFFFFF:
            words = "the length" if wanted >= 0 else "the result"
            raise Wrong(self.call, f"{words} {wanted if wanted >= 0 else error(wanted & 0xFFFFFFFF)}", error(got),
                        f"{self.operation_name()}: {error(got) if got >> 31 else 'a length'} for "
                        f"{error(wanted & 0xFFFFFFFF) if wanted < 0 else 'a length'}")
        self._copied(report, at, content, len(content) if wanted != -EFAULT else 0, most)
        if wanted < 0:
            self.buffer = None
        elif len(content) < most:
            self.buffer = None  # what is between NUL and max is not said

    do_copyinstr_slow = do_copyinstr

    # Checks of a range.

    def first_bad(self, number, va, length, write):
        """The first address of the range that the program may not access, or None."""
        at = va
        while at < va + length:
            area = self.spaces[number].at(at) if at < ULIM and number in self.spaces else None
            if not area or not (area.prot & WRITE if write else area.prot):
                return at
            at = area.end
        return None

    def do_user_mem_check(self, number, va, length, perm, store=1, report=None):
        bad = self.first_bad(number, va, length, perm & PTE_W)
        result, stored = report.values
        self.expect_error(result, EFAULT if bad is not None else 0)
        if not store:
            bad = None
        if bad is None:
            self.expect(stored, NOT_STORED, "that nothing is stored:", "stored")
        elif stored != bad:
            got = "nothing" if stored == NOT_STORED else f"{stored:#x}"
            kind = "nothing" if stored == NOT_STORED else "the page" if stored == down(bad) else "another address"
            raise Wrong(self.call, f"that the first bad address, {bad:#x}, is stored", got, f"user_mem_check: {kind} stored")

    def do_user_mem_assert(self, va, length, perm, report):
        pass  # it has returned; the checks give it good ranges only

    def panic_assert_ends(self, va, length, perm):
        return "a program with a bad range must end by process_exit, and the process of this check may not"

    def do_assert_ends(self, va, length, perm, report):
        pass  # it has panicked as it must: `judge` looks how

    def do_release_locks(self, report):
        pass

    def judge(self, operation, report):
        super().judge(operation, report)
        if operation.name == "assert_ends" and report.text != f"init ends, with status {SIGSEGV:#x}":
            raise Wrong(self.call, f"process_exit with SIGSEGV, {SIGSEGV:#x}", f"the panic: {report.text}", "assert_ends: another end")
        if operation.name == "assert_ends":
            va, length, perm = operation.args
            verb = "write to" if perm & PTE_W else "read"
            self.logged = f": the grader: it may not {verb} {self.first_bad(self.entered, va, length, perm & PTE_W):#x}"

    def do_last_line(self, report):
        line = b"".join(value.to_bytes(4, "little") for value in report.all_values()).partition(b"\n")[0].decode(errors="replace")
        if not line.endswith(self.logged):
            raise Wrong(self.call, f"a line that ends in `{self.logged}`", f"`{line}`", "last_line: other words")

    def do_fixup_end(self, report):
        self.expect(report.values[0], 0, "that there is no fixup, so", "a fixup")

    def do_fixup(self, index, beside=0, report=None):
        at, fixup, result, after, _ = report.values
        self.expect(result, int(fixup != 0), f"for {at:#x} the result", "result")
        wanted = fixup or at
        if after != wanted:
            raise Wrong(self.call, f"eip {self.symbols.place(wanted)}", self.symbols.place(after), "trap_fixup: another place")
