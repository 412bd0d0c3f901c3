// What the tests share: printing results so that they are the same in every run.
//
// Nothing is buffered, so the lines of several processes stand in the order in which they were
// written.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define say(...) dprintf(STDOUT_FILENO, __VA_ARGS__)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char *const error_names[] = {
	[EPERM] = "EPERM",
	[ENOENT] = "ENOENT",
	[ESRCH] = "ESRCH",
	[EINTR] = "EINTR",
	[EIO] = "EIO",
	[ENXIO] = "ENXIO",
	[E2BIG] = "E2BIG",
	[ENOEXEC] = "ENOEXEC",
	[EBADF] = "EBADF",
	[ECHILD] = "ECHILD",
	[EAGAIN] = "EAGAIN",
	[ENOMEM] = "ENOMEM",
	[EACCES] = "EACCES",
	[EFAULT] = "EFAULT",
	[EBUSY] = "EBUSY",
	[EEXIST] = "EEXIST",
	[EXDEV] = "EXDEV",
	[ENODEV] = "ENODEV",
	[ENOTDIR] = "ENOTDIR",
	[EISDIR] = "EISDIR",
	[EINVAL] = "EINVAL",
	[ENFILE] = "ENFILE",
	[EMFILE] = "EMFILE",
	[ENOTTY] = "ENOTTY",
	[ETXTBSY] = "ETXTBSY",
	[EFBIG] = "EFBIG",
	[ENOSPC] = "ENOSPC",
	[ESPIPE] = "ESPIPE",
	[EROFS] = "EROFS",
	[EMLINK] = "EMLINK",
	[EPIPE] = "EPIPE",
	[ERANGE] = "ERANGE",
	[ENAMETOOLONG] = "ENAMETOOLONG",
	[ELIBBAD] = "ELIBBAD",
	[ENOSYS] = "ENOSYS",
	[ENOTEMPTY] = "ENOTEMPTY",
	[ELOOP] = "ELOOP",
	[ENOMSG] = "ENOMSG",
	[EIDRM] = "EIDRM",
	[EOVERFLOW] = "EOVERFLOW",
	[EOPNOTSUPP] = "EOPNOTSUPP",
	[EDEADLK] = "EDEADLK",
	[ENOLCK] = "ENOLCK",
	[ETIMEDOUT] = "ETIMEDOUT",
	[ENOTSOCK] = "ENOTSOCK",
	[EDESTADDRREQ] = "EDESTADDRREQ",
	[EMSGSIZE] = "EMSGSIZE",
	[EPROTOTYPE] = "EPROTOTYPE",
	[ENOPROTOOPT] = "ENOPROTOOPT",
	[EPROTONOSUPPORT] = "EPROTONOSUPPORT",
	[ESOCKTNOSUPPORT] = "ESOCKTNOSUPPORT",
	[EADDRINUSE] = "EADDRINUSE",
	[ECONNRESET] = "ECONNRESET",
	[EISCONN] = "EISCONN",
	[ENOTCONN] = "ENOTCONN",
	[ETOOMANYREFS] = "ETOOMANYREFS",
	[ECONNREFUSED] = "ECONNREFUSED",
	[EDOM] = "EDOM",
	[EAFNOSUPPORT] = "EAFNOSUPPORT",
};

// The name of an error's number.
static inline const char *error_name(int error)
{
	static char number[20];
	size_t index = (size_t)error;

	if (index < COUNT(error_names) && error_names[index])
		return error_names[index];
	snprintf(number, sizeof(number), "error %d", error);
	return number;
}

// Print what a call returned: its result, or the error's name if it returned -1.
static inline long show(const char *what, long result)
{
	if (result == -1)
		say("%s: %s\n", what, error_name(errno));
	else
		say("%s: %ld\n", what, result);
	return result;
}

// Print whether something is as it should be, where the values themselves differ from run to run.
static inline void check(const char *what, bool holds)
{
	say("%s: %s\n", what, holds ? "yes" : "NO");
}

// Print how a child ended. Whether there was a core dump depends on settings, so it is left out.
static inline void show_status(const char *what, int status)
{
	if (WIFEXITED(status))
		say("%s: exit %d\n", what, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		say("%s: signal %d\n", what, WTERMSIG(status));
	else
		say("%s: status 0x%x\n", what, (unsigned int)status);
}

// fork, for those who kill the child later: without one the program ends, for -1 means everybody.
static inline pid_t fork_or_end(void)
{
	pid_t pid = fork();

	if (pid < 0) {
		say("fork: %s\n", error_name(errno));
		_exit(1);
	}
	return pid;
}

// Run a function in a child, which ends with status 0 if the function returns. Returns the status
// word.
static inline int run_child(void (*function)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		function();
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		say("run_child: %s\n", error_name(errno));
	return status;
}

static inline void show_child(const char *what, void (*function)(void))
{
	show_status(what, run_child(function));
}

// Make a file with these contents.
static inline void make_file(const char *path, const char *contents)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, contents, strlen(contents)) != (ssize_t)strlen(contents))
		say("make_file %s: %s\n", path, error_name(errno));
	close(fd);
}

// Print a file's contents.
static inline void show_file(const char *path)
{
	char contents[256];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, contents, sizeof(contents) - 1);

	if (n < 0) {
		say("%s: %s\n", path, error_name(errno));
	} else {
		contents[n] = '\0';
		say("%s: \"%s\"\n", path, contents);
	}
	if (fd >= 0)
		close(fd);
}

// Read the file at `path` into text[size], at most size - 1 bytes, and add a NUL. Returns how many bytes these
// are; 0 for a file that cannot be read.
static inline size_t read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	size_t length = 0;
	ssize_t n;

	while ((n = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)n;
	close(fd);
	text[length] = '\0';
	return length;
}

static inline void sleep_ms(long ms)
{
	struct timespec wanted = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&wanted, NULL);
}
