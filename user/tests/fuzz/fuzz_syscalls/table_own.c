// table_own.c: what else a worker does: operations of the program itself (enum own_call), and rare calls,
// which may take long, or much memory.

#include "fuzz.h"

#include <sys/syscall.h>

// A call that may take long: the kernel must yield in it, and end it for a killed thread. Rare.
#define LONG(name, kinds) ((struct call){ "long_" #name, SYS_##name, 0, kinds })

const struct call own_calls[] = {
	{ "fresh", OWN_FRESH, 4, "i" },
	{ "trace", OWN_TRACE, 12, "!`abi" },
	{ "tenant", OWN_TENANT, 3, "iiiiik" },
	{ "thread", OWN_THREAD, 8, "iiiiik" },
	{ "access", OWN_ACCESS, 8, "E" },
	{ "stack", OWN_STACK, 2, "Naiiii" },
	{ "unknown", OWN_UNKNOWN, 4, "!Nbbbbb" },

	LONG(read, "f23"),
	LONG(write, "!f23"),
	LONG(pread64, "f233"),
	LONG(pwrite64, "!f233"),
	LONG(readv, "f45"),
	LONG(writev, "!f45"),
	LONG(process_vm_readv, "!P4545y"),
	LONG(sendfile, "ff03"),
	LONG(copy_file_range, "f0f03"),
	LONG(getrandom, "23"),
	LONG(getdents64, "f23"),
	LONG(ftruncate, "f3"),
	LONG(fallocate, "fy3030"),
	LONG(poll, "210"),
	LONG(_newselect, "12220"),
	LONG(munmap, "23"),
	LONG(mprotect, "23r"),
	LONG(mremap, "233M2"),
	LONG(madvise, "23A"),
	LONG(msync, "23y"),
	LONG(mlock, "23"),
	LONG(munlock, "23"),
	LONG(mincore, "232"),
	LONG(mmap2, "23rmf3"),
	LONG(brk, "2"),
	{ "areas", OWN_AREAS, 0, "21" },
};

const size_t own_call_count = sizeof(own_calls) / sizeof(*own_calls);
