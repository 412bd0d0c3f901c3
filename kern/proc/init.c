// init.c: process 1.
#include "proc/init.h"

#include <abi/fcntl.h>
#include <abi/limits.h>
#include <abi/wait.h>
#include "cpu/x86.h"
#include "debug/crash.h"
#include "debug/ktest.h"
#include "debug/options.h"
#include "dev/control.h"
#include "dev/exitport.h"
#include "fs/cpio.h"
#include "fs/fdtable.h"
#include "fs/names.h"
#include "fs/open.h"
#include "fs/path.h"
#include "fs/stdio.h"
#include "mem/heap.h"
#include "proc/exec.h"
#include "proc/process.h"
#include "vm/object.h"

#define FIRST_PROGRAM "/bin/sh"

// Where whoever starts the machine for one program leaves what it is to run: the path to execute,
// and arguments and environment as strings with a NUL behind each.
#define RUN_DIRECTORY "/.run"

static const char *const default_environment[] = { "PATH=/bin", "HOME=/", "TERM=linux" };

static struct {
	const struct init_module *modules;
	size_t count;
} boot;

// The contents of a file of the kernel's own as a string, or NULL where there is none. The caller
// kfrees it.
static char *read_file(const char *path, size_t *size_store)
{
	struct inode *inode;
	char *text = NULL;
	ssize_t n;

	if (path_lookup(process_current()->fs, NULL, path, WALK_FOLLOW, &inode))
		return NULL;
	if (inode_is(inode, S_IFREG) && inode->object && inode->object->size < KMALLOC_MAX) {
		size_t size = (size_t)inode->object->size;

		text = kmalloc(size + 1);
		n = text ? object_read(inode->object, 0, text, size) : 0;
		if (text)
			text[n > 0 ? n : 0] = '\0';
		*size_store = n > 0 ? (size_t)n : 0;
	}
	inode_put(inode);
	return text;
}

// Add the strings of a file, each with its NUL. Returns how many.
static uint32_t add_strings(struct exec_args *args, const char *path)
{
	size_t size = 0;
	char *text = read_file(path, &size);
	uint32_t count = 0;

	for (size_t at = 0; text && at < size; at += strlen(text + at) + 1, count++)
		if (exec_args_add(args, text + at))
			break;
	kfree(text);
	return count;
}

static void add_default_environment(struct exec_args *args)
{
	for (size_t i = 0; i < ARRAY_SIZE(default_environment); i++)
		if (!exec_args_add(args, default_environment[i]))
			args->envc++;
}

static void __noreturn no_start(const char *path, int error)
{
	printk(LOG_EMERG, "init: cannot run %s: %s (error %d)\n", path,
	       error == -ENOENT  ? "there is no such program" :
	       error == -ENOEXEC ? "it is no program for i386" :
	                           "no memory, or the like",
	       -error);
	control_line("nostart %d %llu", -error, rdtsc());
	machine_end(EXIT_NO_START);
}

// What to run: as the files in RUN_DIRECTORY say, else as the option `init` does. Returns its path,
// for good.
static const char *first_program(struct exec_args *args)
{
	static char option[PATH_MAX] = FIRST_PROGRAM;
	static char *path;
	size_t size;

	path = read_file(RUN_DIRECTORY "/path", &size);
	if (path) {
		args->argc = add_strings(args, RUN_DIRECTORY "/args");
		args->envc = add_strings(args, RUN_DIRECTORY "/env");
		return path;
	}
	option_get("init", option, sizeof(option));
	if (!exec_args_add(args, option))
		args->argc = 1;
	add_default_environment(args);
	return option;
}

// The first program's thread, before it is one.
static void run_first_program(void *arg)
{
	struct process *process = process_current();
	struct exec_args args;
	const char *path;
	int error = exec_args_init(&args);

	(void)arg;
	if (error)
		no_start("the first program", error);
	path = first_program(&args);
	process->pgid = process->pid; // a group of its own, as a shell makes for a job
	if (stdio_is_terminal())
		process->sid = process->pid; // and a session, as a login makes for a shell
	error = stdio_open(process->files);
	if (!error)
		error = process_exec(path, &args);
	if (error)
		no_start(path, error);
	exec_args_free(&args);
	names_remove_all(RUN_DIRECTORY);
	control_line("start %llu", rdtsc());
	thread_enter_user();
}

// Tell whoever watches how the first program ended, and end with it.
static void __noreturn finish(const char *what, int status)
{
	if (WIFEXITED(status)) {
		control_line("exit %d %llu", WEXITSTATUS(status), rdtsc());
		printk(LOG_INFO, "init: %s has ended, with status %d\n", what, WEXITSTATUS(status));
	} else {
		control_line("signal %d %llu", WTERMSIG(status), rdtsc());
		printk(LOG_INFO, "init: signal %d has ended %s\n", WTERMSIG(status), what);
	}
	machine_end(EXIT_NORMAL);
}

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

static void init_main(void *arg)
{
	int status = 0;
	pid_t first, pid;

	(void)arg;
	for (size_t i = 0; i < boot.count; i++)
		cpio_unpack(boot.modules[i].start, boot.modules[i].end);
	crash_if_asked();
	run_tests();
	first = process_spawn("first", run_first_program, NULL);
	if (first < 0)
		no_start("the first program", first);
	do {
		pid = process_wait(-1, 0, &status);
	} while (pid != first);
	finish("the first program", status);
}

// Nobody can run, no timer is armed, and no input is to come: everybody waits for somebody else.
static void check_deadlock(void)
{
	if (stdio_input_possible())
		return;
	printk(LOG_EMERG,
	       "deadlock: every process waits, and nothing is left that could wake one\n");
	control_line("deadlock %llu", rdtsc());
	machine_end(EXIT_DEADLOCK);
}

void init_start(const struct init_module *modules, size_t count)
{
	struct process *process;
	struct thread *thread;

	boot.modules = modules;
	boot.count = count;
	if (process_create(&process, &thread, "init", init_main, NULL))
		panic("init_start: no memory for the first process");
	process->files = fdtable_create();
	process->fs = fs_context_create();
	if (!process->files || !process->fs)
		panic("init_start: no memory for the first process");
	process_publish(process, NULL);
	thread_idle_hook = check_deadlock;
	thread_start(thread);
}
