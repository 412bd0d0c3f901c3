// exec.h: replacing a program by another one (execve).
#pragma once

#include "kern.h"

struct aspace;
struct credentials;
struct inode;
struct object;

#define EXEC_STRING_MAX (128u << 10) // bytes of one argument, with its NUL

// Bounds of the bytes that arguments, environment, name and the pointers to them may take. Between
// these bounds the limit is a quarter of RLIMIT_STACK, as on Linux.
#define EXEC_BLOCK_MIN (128u << 10)
#define EXEC_BLOCK_MAX (6u << 20)

// The strings of a new program, each with its NUL: arguments, environment, and the name by which
// the program was called. They follow each other as they will lie at the top of its stack.
struct exec_args {
	char *block;
	size_t used, size, limit;
	uint32_t argc, envc;
	struct credentials *credentials; // of the new program; set by process_exec
};

// Begin with no strings; the limit comes from the current process. Returns 0 or -ENOMEM. The
// strings must be added in this order: arguments, environment, name. The caller counts them in
// argc and envc.
int exec_args_init(struct exec_args *args);
// Free the strings.
void exec_args_free(struct exec_args *args);
// Add a copy of `string`. Returns 0; -E2BIG if the limit is exceeded; -ENOMEM.
int exec_args_add(struct exec_args *args, const char *string);
// Add the strings that `vector` points to, an array of the program that ends with NULL; NULL
// itself means no strings. Stores how many there are. Returns 0; -E2BIG if a string or all of them
// with their pointers exceed the limit; -EFAULT; -ENOMEM; -EINTR if the thread must die.
int exec_args_add_user(struct exec_args *args, const void __user *vector, uint32_t *count_store);

// Replace the first argument by `string`; without arguments add it, and argc stays. Before the
// name is added. Returns as exec_args_add.
int exec_args_replace_first(struct exec_args *args, const char *string);

// Insert `string` before the first argument, and count it in argc. Before the name is added.
// Returns as exec_args_add.
int exec_args_prepend(struct exec_args *args, const char *string);

#define SCRIPT_LINE 256 // bytes of a script's first line that are read, with its end

// If `obj` begins with `#!`, make its interpreter the program to run. Its name is stored in
// interpreter[], where `path` may lie. The first argument is replaced by up to three: the
// interpreter, its argument if it has one, and the script's path. Returns 1 for a script, 0 for
// another file, or -errno.
int exec_script_args(struct object *obj, const char *path, char interpreter[SCRIPT_LINE],
                     struct exec_args *args);

// The facts about a loaded program that its start needs.
struct exec_image {
	uintptr_t start; // where execution begins: the program's entry, or its interpreter's
	uintptr_t entry; // the program's own (AT_ENTRY)
	uintptr_t base; // how far the interpreter is from the addresses in its file (AT_BASE), or 0
	uintptr_t phdr; // address of the program headers in memory
	uint32_t phnum;
	uintptr_t end; // end of the highest segment
	bool stack_executable;
};

// Map the stack of a new program and write arguments, environment and auxiliary vector to it.
// Returns 0 with the stack pointer in *sp_store; -ENOMEM; -E2BIG if the strings exceed the limit.
int exec_stack(struct aspace *as, const struct exec_args *args, const struct exec_image *image,
               uintptr_t *sp_store);

// The program that an exec is about (execveat(2)).
struct exec_program {
	struct inode *start; // where a relative path begins; NULL: in the current directory
	const char *path;
	int flags; // AT_EMPTY_PATH (`start` itself, if the path is empty), AT_SYMLINK_NOFOLLOW,
		   // AT_EXECVE_CHECK (only check whether the program may be executed)
	const char *name; // the path that the program, or a script's interpreter, is told
	bool hidden;      // nothing is at `name` after the exec, so a script cannot be read
};

// Make the credentials of the program in `inode`: those of the thread, changed by the file's set-id
// bits. Stores a new reference, for credentials_put. Returns 0 or -ENOMEM.
int exec_credentials(const struct inode *inode, struct credentials **store);

// Replace the current process's program by another one. `args` holds arguments and environment, and
// stays the caller's. Returns 0: the thread enters the new program when it returns to user mode.
// Returns -errno: the old program goes on, unchanged.
int process_exec(const struct exec_program *program, struct exec_args *args);
