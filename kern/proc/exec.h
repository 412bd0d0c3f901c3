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

// Begin with no strings, argc and envc 0, and no credentials. args->limit becomes a quarter of the
// current process's soft RLIMIT_STACK, but at least EXEC_BLOCK_MIN and at most EXEC_BLOCK_MAX. The
// strings must be added in this order: arguments, environment, name. The caller counts arguments
// and environment in argc and envc.
// Returns 0: the caller must call exec_args_free, in the same process; -ENOMEM: there is nothing to
// free.
int exec_args_init(struct exec_args *args);

// Free the strings of *args, after exec_args_init has returned 0, also if another function has
// returned an error since. *args itself and args->credentials are not touched.
void exec_args_free(struct exec_args *args);
// Append a copy of `string`, which is kernel memory outside args->block, with its NUL. Does not
// change argc and envc: the caller counts arguments and environment. Yields. Caller: holds no lock.
// Returns 0; -E2BIG if all strings, each with its NUL, would have more than args->limit bytes
// (their pointers are not counted here, and EXEC_STRING_MAX is not checked); -ENOMEM. After an
// error nothing has changed.
int exec_args_add(struct exec_args *args, const char *string);

// Append copies of the strings that `vector` points to: an array of the current program that ends
// with NULL. `vector` NULL means no strings. Yields. Caller: holds no lock.
// Returns 0 with the number of strings in *count_store, which may be args->argc or args->envc;
// -E2BIG if a string has more than EXEC_STRING_MAX bytes with its NUL, or if all strings with the
// pointers of this array have more than args->limit; -EFAULT if the array or a string cannot be
// read; -ENOMEM; -EINTR if the thread must die. After an error *count_store is unchanged, and some
// strings may have been added; exec_args_free is still the caller's duty.
int exec_args_add_user(struct exec_args *args, const void __user *vector, uint32_t *count_store);

// Replace the first argument by a copy of `string`, which is kernel memory outside args->block; if
// argc is 0, insert the copy at the front, and argc stays 0. To be called before the name is added.
// Yields. Caller: holds no lock. Returns 0; -E2BIG if all strings would have more than args->limit
// bytes, each with its NUL; -ENOMEM. After an error nothing has changed.
int exec_args_replace_first(struct exec_args *args, const char *string);

// Insert a copy of `string`, which is kernel memory outside args->block, before the first argument,
// and count it in argc. To be called before the name is added. Yields. Caller: holds no lock.
// Returns 0; -E2BIG if all strings would have more than args->limit bytes, each with its NUL;
// -ENOMEM. After an error nothing has changed.
int exec_args_prepend(struct exec_args *args, const char *string);

#define SCRIPT_LINE 256 // bytes of a script's first line that are read, with its end

// If `obj` begins with `#!`, replace the first argument by two or three: the interpreter's name
// from this line, the rest of the line as one argument if there is any, and `path`, the script's.
// Stores the interpreter's name in interpreter[], where `path` may lie. An argument is cut, without
// an error, after SCRIPT_LINE - 1 bytes of the line. Yields. Caller: holds no lock, and has not
// added the name to *args yet.
// Returns 1 for a script; with nothing changed: 0 for another file; -ENOEXEC if the line ends
// before any name, or if the name does not end within SCRIPT_LINE bytes; -EACCES if the end of the
// file, or a NUL, comes before any name. -E2BIG beyond args->limit, and -ENOMEM: arguments and
// interpreter[] may have changed.
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

// Map the stack of a new program in `as`, and write arguments, environment and auxiliary vector to
// it; record their places in as->layout. *args has all its strings, the name too, and credentials.
// Yields. Caller: holds no lock.
// Returns 0 with the program's stack pointer, a multiple of 16, in *sp_store; -E2BIG if the strings
// with the pointers to arguments and environment have more than args->limit bytes, or the strings
// alone more than the current process's soft RLIMIT_STACK (4,096 bytes are always admitted);
// -ENOMEM, also for the limits of the current thread. After an error *sp_store is undefined, and
// the stack may be mapped.
int exec_stack(struct aspace *as, const struct exec_args *args, const struct exec_image *image,
               uintptr_t *sp_store);

// The program that an exec is about (execveat(2)).
struct exec_program {
	const struct position *start; // where a relative path begins; NULL: in the current directory
	const char *path;
	int flags; // AT_EMPTY_PATH (`start` itself, if the path is empty), AT_SYMLINK_NOFOLLOW,
		   // AT_EXECVE_CHECK (only check whether the program may be executed)
	const char *name; // the path that the program, or a script's interpreter, is told
	bool hidden;      // nothing is at `name` after the exec, so a script cannot be read
};

// Make the credentials of the program in `inode`: those of the current thread, changed by the
// file's set-id bits (S_ISGID only together with S_IXGRP). These bits do not count after
// PR_SET_NO_NEW_PRIVS; nor, without CAP_SETUID, if another process shares the thread's directories
// or a tracer without privilege traces the thread. The thread keeps its credentials.
// Returns 0 with a new reference in *store, perhaps on the thread's own credentials, which the
// caller drops by credentials_put; -ENOMEM with *store unchanged.
int exec_credentials(const struct inode *inode, struct credentials **store);

// Replace the current process's program. `args` holds arguments and environment, counted in argc
// and envc; it stays the caller's, but its strings change, also before an error. Yields and sleeps.
// Caller: holds no lock.
// Returns 0: the thread enters the new program when it returns to user mode (AT_EXECVE_CHECK: the
// program may be executed, and goes on as it was). Else the old program goes on; but if the other
// threads of the process have been ended for the exec before the error, or the thread must die, the
// process ends when the thread returns to user mode.
// Errors: -EAGAIN if the thread has become a user with more threads than RLIMIT_NPROC, if the
// process ends, or if another thread executes a program; -ENOENT, -ENOTDIR, -ENAMETOOLONG or
// another error of path_walk for a path; -EACCES if the file is not a regular one or may not be
// executed; -ELOOP for a symbolic link (AT_SYMLINK_NOFOLLOW) or too many scripts; -ETXTBSY if it is
// open for writing; -ENOENT for a script if program->hidden; -ENOEXEC if it is neither a script nor
// an ELF program for this processor; -ELIBBAD or -EIO for a bad interpreter; -E2BIG if the strings
// have too many bytes; -ENOMEM; -EINVAL if a segment cannot be mapped; -EINTR if the thread must
// die.
int process_exec(const struct exec_program *program, struct exec_args *args);
