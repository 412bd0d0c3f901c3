// ops.c: the kinds of operations, and scripts that list operations one a line.

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

// Weights are in thousandths, roughly. A letter for each argument says what it is: see fuzz.h.
const struct op_kind op_kinds[OP_COUNT] = {
	[OP_LOAD] = { "load", "-", 130, generate_access, perform_load },
	[OP_STORE] = { "store", "--", 200, generate_access, perform_store },
	[OP_DIGEST] = { "digest", "--", 12, generate_digest, perform_digest },
	[OP_FILE_DIGEST] = { "file_digest", "-", 8, generate_file_digest, perform_file_digest },
	[OP_FORK] = { "fork", "-", 8, NULL, NULL },
	[OP_END] = { "end", "", 0, NULL, NULL },
	[OP_MMAP] = { "mmap", "alpmfo", 130, generate_mmap, perform_mmap },
	[OP_OLD_MMAP] = { "old_mmap", "alpmfo", 10, generate_mmap, perform_old_mmap },
	[OP_MUNMAP] = { "munmap", "al", 55, generate_munmap, perform_munmap },
	[OP_MPROTECT] = { "mprotect", "asp", 90, generate_mprotect, perform_mprotect },
	[OP_MREMAP] = { "mremap", "allra", 60, generate_mremap, perform_mremap },
	[OP_MADVISE] = { "madvise", "asd", 70, generate_madvise, perform_madvise },
	[OP_MLOCKALL] = { "mlockall", "k", 3, generate_mlockall, perform_mlockall },
	[OP_MUNLOCKALL] = { "munlockall", "", 4, NULL, perform_munlockall },
	[OP_MSYNC] = { "msync", "asy", 12, generate_msync, perform_msync },
	[OP_MINCORE] = { "mincore", "as-", 12, generate_mincore, perform_mincore },
	[OP_MLOCK] = { "mlock", "as", 10, generate_mlock, perform_mlock },
	[OP_MLOCK2] = { "mlock2", "ask", 3, generate_mlock, perform_mlock2 },
	[OP_MUNLOCK] = { "munlock", "as", 10, generate_mlock, perform_munlock },
	[OP_BRK] = { "brk", "-", 25, generate_brk, perform_brk },
	[OP_TRUNCATE] = { "truncate", "f-", 25, generate_truncate, perform_truncate },
	[OP_FALLOCATE] = { "fallocate", "f---", 12, generate_fallocate, perform_fallocate },
	[OP_STACK_LIMIT] = { "stack_limit", "-", 4, generate_stack_limit, perform_stack_limit },
	[OP_PATH] = { "path", "a", 10, generate_access, perform_path },
	[OP_PIPE_OUT] = { "pipe_out", "as-", 30, generate_pipe, perform_pipe_out },
	[OP_PIPE_IN] = { "pipe_in", "as-", 30, generate_pipe, perform_pipe_in },
	[OP_VM_READ] = { "vm_read", "as-", 8, generate_pipe, perform_vm_read },
	[OP_VM_WRITE] = { "vm_write", "as-", 8, generate_pipe, perform_vm_write },
	[OP_FILE_OUT] = { "file_out", "asf-", 30, generate_file, perform_file_out },
	[OP_FILE_IN] = { "file_in", "asf-", 30, generate_file, perform_file_in },
};

int op_find(const char *name, size_t length)
{
	for (int code = 0; code < OP_COUNT; code++) {
		if (strlen(op_kinds[code].name) == length &&
		    !memcmp(op_kinds[code].name, name, length))
			return code;
	}
	return -1;
}

// Read one line: a name and hexadecimal arguments. Returns what stands behind the line; NULL if it
// is not an operation.
const char *op_parse(const char *text, struct op *op)
{
	size_t length = strcspn(text, " \n");
	int code = op_find(text, length);

	if (code < 0)
		return NULL;
	memset(op, 0, sizeof(*op));
	op->code = (enum op_code)code;
	text += length;
	for (size_t i = 0; op_kinds[code].args[i]; i++) {
		char *end;

		op->arg[i] = strtoul(text, &end, 16);
		if (end == text)
			return NULL;
		text = end;
	}
	return *text == '\n' ? text + 1 : NULL;
}
