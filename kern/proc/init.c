// init.c: process 1, which is a thread of the kernel.
#include "proc/init.h"

#include "cpu/x86.h"
#include "debug/boot_options.h"
#include "debug/crash.h"
#include "debug/ktest.h"
#include "dev/exitport.h"
#include "dev/transcript.h"
#include "fs/cpio.h"
#include "fs/fdtable.h"
#include "fs/name_changes.h"
#include "fs/open.h"
#include "fs/path.h"
#include "mem/heap.h"
#include "proc/exec.h"
#include "proc/oom.h"
#include "proc/process.h"
#include "proc/process_groups.h"
#include "thread/stretch.h"
#include "thread/yield.h"
#include "tty/serial_output.h"
#include "tty/standard_files.h"
#include "vm/object.h"
#include "vm/uffd.h"
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <abi/wait.h>

#define FIRST_PROGRAM "/bin/sh"

#define REAP_COST 1500 // instructions, roughly, to reap an orphan

// A host that starts the machine for one program leaves that program's path, arguments and
// environment here: files `path`, `args` and `env`, the last two with a NUL after each string.
#define RUN_DIRECTORY "/.run"

static const char *const default_environment[] = { "PATH=/bin", "HOME=/", "TERM=linux" };

static struct {
	const struct init_module *modules;
	size_t count;
} boot;

// Read a regular file of less than KMALLOC_MAX bytes as a string, which the caller must free with
// kfree. Returns 0; -ENOENT (no such file); -EINVAL (not a regular file); -E2BIG; -ENOMEM.
static int read_file(const char *path, char **text_store, size_t *size_store)
{
	struct inode *inode;
	char *text = NULL;
	int error = path_lookup(thread_current()->fs_context, NULL, path, WALK_FOLLOW, &inode);

	if (error)
		return error;
	if (!inode_is(inode, S_IFREG) || !inode->object) {
		error = -EINVAL;
	} else if (inode->object->size >= KMALLOC_MAX) {
		error = -E2BIG;
	} else {
		*size_store = (size_t)inode->object->size;
		text = kmalloc(*size_store + 1);
		if (!text || object_read(inode->object, 0, text, *size_store) < 0)
			error = -ENOMEM;
	}
	inode_put(inode);
	if (error) {
		kfree(text);
		return error;
	}
	text[*size_store] = '\0';
	*text_store = text;
	return 0;
}

// Add the strings of a file, each with its NUL, and store how many there are. Returns 0 or -errno.
static int add_strings(struct exec_args *args, const char *path, uint32_t *count_store)
{
	size_t size;
	char *text;
	int error = read_file(path, &text, &size);

	if (error)
		return error;
	for (size_t at = 0; at < size && !error; at += strlen(text + at) + 1) {
		error = exec_args_add(args, text + at);
		(*count_store)++;
	}
	kfree(text);
	return error;
}

// Add the environment that a first program gets if the host gives none.
static int add_default_environment(struct exec_args *args)
{
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(default_environment) && !error; i++) {
		error = exec_args_add(args, default_environment[i]);
		args->envc++;
	}
	return error;
}

// Returns the reason why a program cannot be started, for the person who started the machine.
static const char *error_in_words(int error)
{
	static const struct {
		int error;
		const char *words;
	} list[] = {
		{ ENOENT, "there is no such file, or not the interpreter that it names" },
		{ ENOEXEC, "it is neither a static program for i386 nor a script" },
		{ EACCES, "it is not executable, or no regular file" },
		{ ENOTDIR, "a part of its path is no directory" },
		{ ELOOP, "its path has too many symbolic links, or scripts run scripts too deep" },
		{ ENAMETOOLONG, "a name in its path is too long" },
		{ E2BIG, "arguments and environment are too long" },
		{ EISDIR, "it is a directory" },
		{ EINVAL, "its segments are not possible" },
		{ ENOMEM, "there is not enough memory" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		if (list[i].error == error)
			return list[i].words;
	return "it cannot be started";
}

// Report that the first program cannot be started, and end the machine.
static void __noreturn no_start(const char *path, int error)
{
	printk(LOG_EMERG, "init: cannot run %s: %s (error %d)\n", path, error_in_words(-error),
	       -error);
	control_line("nostart %d %llu", -error, rdtsc());
	machine_end(EXIT_NO_START);
}

// Find out which program to run: the one that the files in RUN_DIRECTORY describe, else that of
// the option `init`. Stores its path, which stays valid, and adds its strings. Returns 0 or
// -errno.
static int first_program(struct exec_args *args, const char **path_store)
{
	static char option[PATH_MAX] = FIRST_PROGRAM;
	static char *path;
	size_t size;
	int error = read_file(RUN_DIRECTORY "/path", &path, &size);

	if (!error) {
		*path_store = path;
		error = add_strings(args, RUN_DIRECTORY "/args", &args->argc);
		return error ? error : add_strings(args, RUN_DIRECTORY "/env", &args->envc);
	}
	if (error != -ENOENT)
		return error;
	option_get("init", option, sizeof(option));
	*path_store = option;
	args->argc = 1;
	error = exec_args_add(args, option);
	return error ? error : add_default_environment(args);
}

// The first program's thread, while it still runs in the kernel: it opens standard input and
// output, and becomes the program by process_exec.
static void run_first_program(void *arg)
{
	struct process *process = process_current();
	struct exec_args args;
	const char *path = "the first program";
	int error = exec_args_init(&args);

	(void)arg;
	if (!error)
		error = first_program(&args, &path);
	if (error)
		no_start(path, error);
	// Give it a group of its own, as a shell does for a job. On a terminal also give it a
	// session of its own, as a login does for a shell.
	spin_lock(&process_lock);
	group_move(process, process->pid, stdio_is_terminal() ? process->pid : process->sid);
	spin_unlock(&process_lock);
	error = stdio_open(thread_current()->files);
	if (!error)
		error = process_exec(&(struct exec_program){ .path = path, .name = path }, &args);
	if (error)
		no_start(path, error);
	exec_args_free(&args);
	names_remove_all(RUN_DIRECTORY);
	control_line("start %llu", rdtsc());
	thread_enter_user();
}

// Report to the host how the first program has ended, and end the machine.
static void __noreturn finish(const char *what, int status)
{
	uint64_t end = rdtsc();

	threads_stop(); // the audit, which reads the memory, must find no call half done
	if (WIFEXITED(status)) {
		control_line("exit %d %llu", WEXITSTATUS(status), end);
		printk(LOG_INFO, "init: %s has ended, with status %d\n", what, WEXITSTATUS(status));
	} else {
		if (oom_killed_watched())
			control_line("oom %llu", end);
		else
			control_line("signal %d %llu", WTERMSIG(status), end);
		printk(LOG_INFO, "init: signal %d has ended %s\n", WTERMSIG(status), what);
	}
	stretch_report();
	machine_end(EXIT_NORMAL);
}

// With the option `ktest` run the in-kernel tests and end the machine.
static void run_tests(void)
{
	size_t len;
	const char *globs = option_find("ktest", &len);
	int failed;

	if (!globs)
		return;
	failed = ktest_run(len ? globs : NULL);
	machine_end(failed ? EXIT_TESTS_FAILED : EXIT_NORMAL);
}

// Unpack the archives into the root directory. An error ends the machine: a file that is missing
// or cut short could change the result of the first program without a sign.
static void unpack_modules(void)
{
	for (size_t i = 0; i < boot.count; i++) {
		struct cpio_result result = cpio_unpack(boot.modules[i].start, boot.modules[i].end);

		if (!result.error)
			continue;
		printk(LOG_EMERG, "init: module %zu is not unpacked: entry %zu: error %d\n", i,
		       result.failed, -result.error);
		control_line("unpack %zu %zu %d %llu", i, result.failed, -result.error, rdtsc());
		machine_end(EXIT_NO_START);
	}
}

// Process 1: prepare, start the first program, and reap children until that has ended. Orphans
// become children of process 1, so they are reaped here too; `yield_after` keeps a crowd of
// orphans from taking the CPU for long.
static void init_main(void *arg)
{
	int status = 0;
	pid_t first, pid;

	(void)arg;
	unpack_modules();
	crash_if_asked();
	run_tests();
	first = process_spawn("first", run_first_program, NULL);
	if (first < 0)
		no_start("the first program", first);
	oom_watch(first);
	do {
		(void)yield_after(REAP_COST);
		pid = process_wait_as_init(&status);
	} while (pid != first);
	finish("the first program", status);
}

// thread_idle_hook: no thread can run, and no timer is armed. If no input can come and no output
// is on its way either, every process waits for another one for ever: report that and end the
// machine.
static void check_deadlock(void)
{
	if (stdio_input_possible() || output_waiting())
		return;
	printk(LOG_EMERG,
	       "deadlock: every process waits, and nothing is left that could wake one\n");
	uffd_report();
	control_line("deadlock %llu", rdtsc());
	machine_end(EXIT_DEADLOCK);
}

// Process 1 has no parent to copy descriptors and directories from, so they are made here.
void init_start(const struct init_module *modules, size_t count)
{
	struct process *process;
	struct thread *thread;

	boot.modules = modules;
	boot.count = count;
	if (process_create(&process, &thread, "init", init_main, NULL))
		panic("init_start: no memory for the first process");
	thread->files = fdtable_create();
	thread->fs_context = fs_context_create();
	if (!thread->files || !thread->fs_context)
		panic("init_start: no memory for the first process");
	process_publish(process, NULL, false);
	thread_idle_hook = check_deadlock;
	thread_start(thread);
}
