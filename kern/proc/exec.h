// exec.h: replacing a program by another one.
#pragma once

#include "kern.h"

struct aspace;
struct inode;
struct object;

#define EXEC_STRING_MAX (128u << 10) // bytes of one argument, with its NUL
// Bytes of all arguments, the environment, the name and the pointers to them: a quarter of RLIMIT_STACK,
// but within these.
#define EXEC_BLOCK_MIN (128u << 10)
#define EXEC_BLOCK_MAX (6u << 20)

// The strings of a new program, each with its NUL: arguments, environment, and the name that the
// program was called by, one behind the other as they will stand at the top of its stack.
struct exec_args {
	char *block;
	size_t used, size, limit;
	uint32_t argc, envc;
};

// Collect strings. Arguments first, then the environment, then the program's name. 0, -E2BIG where they
// and their pointers pass the limit of the current process, -ENOMEM or -EFAULT.
int exec_args_init(struct exec_args *args);
void exec_args_free(struct exec_args *args);
int exec_args_add(struct exec_args *args, const char *string);
int exec_args_add_user(struct exec_args *args, const void __user *vector, uint32_t *count_store);

// Change the arguments before the name is added: put one in the place of the first, or before all.
int exec_args_replace_first(struct exec_args *args, const char *string);
int exec_args_prepend(struct exec_args *args, const char *string);

// What loading a program found out.
struct exec_image {
	uintptr_t entry;
	uintptr_t phdr; // where the program headers are in memory
	uint32_t phnum;
	uintptr_t end; // of the highest segment
	bool stack_executable;
};

// Map the ELF program in `obj` into `as`, which is empty. 0; -ENOEXEC where it is none that we can
// run, -ENOENT where it wants a dynamic linker, -ENOMEM, -EINVAL.
int elf_load(struct aspace *as, struct object *obj, struct exec_image *image);

// Make the stack of a new program and lay out what it finds there. 0 with the stack pointer in
// *sp_store; -ENOMEM, -E2BIG.
int exec_stack(struct aspace *as, const struct exec_args *args, const struct exec_image *image,
               uintptr_t *sp_store);

// Replace the current process's program by the file at `path`. `args` holds arguments and
// environment; it stays the caller's. 0: the thread enters the new program when it returns to user
// mode; -errno, the old program goes on.
int process_exec(const char *path, struct exec_args *args);
