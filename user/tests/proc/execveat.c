// execveat: a program by a descriptor, by a directory and a path, and the check alone.

#include "test.h"
#include <abi/prctl.h>
#include <sys/auxv.h>

#define BAD ((void *)0x1000)
#define SELF "/tests/execveat"

static char *const no_environment[] = { NULL };

static long execveat(int dirfd, const char *path, int flags)
{
	char *argv[] = { "first", "child", NULL };

	return syscall(SYS_execveat, dirfd, path, argv, no_environment, flags);
}

// The program that was executed: print what it is told.
static int child(int argc, char **argv)
{
	char name[16];

	memset(name, 'x', sizeof(name));
	syscall(SYS_prctl, PR_GET_NAME, name);
	for (size_t i = strlen(name); i < sizeof(name); i++)
		if (name[i])
			say("  byte %d after the name is %x\n", (int)i, name[i]);
	say("  %s, %d arguments, name %s, executed as %s\n", argv[0], argc, name,
	    (const char *)getauxval(AT_EXECFN));
	return 7;
}

// Execute in a child of this process, and print how it ends.
static void try(const char *what, int dirfd, const char *path, int flags)
{
	int status = -1;
	pid_t pid = fork_or_end();

	if (pid == 0) {
		long result = execveat(dirfd, path, flags);

		if (result == 0)
			say("%s: 0\n", what);
		else
			say("%s: %s\n", what, error_name(errno));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (status)
		show_status(what, status);
}

static void test_descriptors(void)
{
	int self = open(SELF, O_RDONLY), path_only = open(SELF, O_PATH),
	    tests = open("/tests", O_PATH);
	int closed = open(SELF, O_RDONLY | O_CLOEXEC), script, other;

	// The numbers are shown to the program, so that they must be fixed.
	dup2(self, 20);
	dup2(path_only, 21);
	dup2(tests, 22);
	dup3(closed, 23, O_CLOEXEC);
	try("by a descriptor", 20, "", AT_EMPTY_PATH);
	try("by a path-only one", 21, "", AT_EMPTY_PATH);
	try("by one that is closed", 23, "", AT_EMPTY_PATH);
	try("without the flag", 20, "", 0);
	try("by a directory", 22, "execveat", 0);
	try("by a directory, with the flag", 22, "execveat", AT_EMPTY_PATH);
	try("by an absolute path", 99, SELF, 0);
	try("from the current directory", AT_FDCWD, "../tests/execveat", 0);
	try("none", 99, "execveat", 0);
	try("none, an empty path", 99, "", AT_EMPTY_PATH);
	try("the current directory", AT_FDCWD, "", AT_EMPTY_PATH);
	try("a directory", 22, "", AT_EMPTY_PATH);
	try("a directory, no flag", 22, ".", 0);
	try("a file as directory", 20, "execveat", 0);
	try("missing", 22, "missing", 0);
	try("an empty path", AT_FDCWD, "", 0);
	try("a bad path", 22, BAD, 0);
	try("unknown flags", 22, "execveat", AT_SYMLINK_FOLLOW);
	symlink(SELF, "/tmp/link");
	try("a link", AT_FDCWD, "/tmp/link", 0);
	try("a link, not followed", AT_FDCWD, "/tmp/link", AT_SYMLINK_NOFOLLOW);
	try("no link, not followed", AT_FDCWD, SELF, AT_SYMLINK_NOFOLLOW);
	make_file("/tmp/script", "#!" SELF " child\n");
	chmod("/tmp/script", 0755);
	script = open("/tmp/script", O_RDONLY | O_CLOEXEC);
	dup2(script, 24);
	dup3(script, 25, O_CLOEXEC);
	try("a script", 24, "", AT_EMPTY_PATH);
	try("a script whose descriptor is closed", 25, "", AT_EMPTY_PATH);
	make_file("/tmp/plain", "x");
	try("not executable", AT_FDCWD, "/tmp/plain", 0);
	chmod("/tmp/plain", 0755);
	try("no program", AT_FDCWD, "/tmp/plain", 0);
	other = open("/tmp/plain", O_WRONLY);
	try("open for writing", AT_FDCWD, "/tmp/plain", 0);
	close(other);
}

static void test_check(void)
{
	try("check a program", 20, "", AT_EMPTY_PATH | AT_EXECVE_CHECK);
	try("check by a path", AT_FDCWD, SELF, AT_EXECVE_CHECK);
	try("check a script", AT_FDCWD, "/tmp/script", AT_EXECVE_CHECK);
	try("check no program", AT_FDCWD, "/tmp/plain", AT_EXECVE_CHECK);
	chmod("/tmp/plain", 0644);
	try("check what is not executable", AT_FDCWD, "/tmp/plain", AT_EXECVE_CHECK);
	try("check what is missing", AT_FDCWD, "/tmp/missing", AT_EXECVE_CHECK);
	try("check a directory", AT_FDCWD, "/tmp", AT_EXECVE_CHECK);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child(argc, argv);
	test_descriptors();
	test_check();
	return 0;
}
