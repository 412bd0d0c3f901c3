// Files and directories of /proc that were opened before a process ended: they show and change nothing
// of the next process that gets its number. Nor is that the owner of files that the process owned.
// limit: 2

#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#define FORKS_MAX 70000
#define RESERVED 400 // the first numbers are given only once

static const char *const names[] = { "oom_score_adj", "status", "maps", "comm", "mem",
	                             "pagemap",       "fdinfo", "fd",   "task", "." };
enum { ADJUSTMENT, MEM = 4, PAGEMAP, FDINFO, FD, TASK, WHOLE }; // of names[]
static int fds[COUNT(names)];

// Open the files of process `pid`.
static void open_all(pid_t pid)
{
	char path[64];

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[i]);
		fds[i] = open(path, i == ADJUSTMENT ? O_RDWR : O_RDONLY);
		if (fds[i] < 0)
			show(path, -1);
	}
}

// Look up a name in directory `i`, and list it.
static void use_directory(size_t i, const char *name)
{
	int found = openat(fds[i], name, O_RDONLY);
	char entries[512];
	int names_there = 0;
	ssize_t n;

	say("  a name in %s: %s\n", names[i], found < 0 ? error_name(errno) : "found");
	close(found);
	lseek(fds[i], 0, SEEK_SET);
	n = getdents64(fds[i], entries, sizeof(entries));
	for (ssize_t at = 0; at < n; at += ((struct dirent *)(entries + at))->d_reclen)
		names_there += ((struct dirent *)(entries + at))->d_name[0] != '.';
	show("  names there", names_there);
}

// Use what is open. `number`: the process it was.
static void use_all(const char *when, pid_t number)
{
	char text[200], thread[16];

	say("%s:\n", when);
	snprintf(thread, sizeof(thread), "%d", number);
	show("  write to oom_score_adj", write(fds[ADJUSTMENT], "1000", 4));
	for (size_t i = 0; i <= PAGEMAP; i++) {
		ssize_t n = pread(fds[i], text, sizeof(text),
		                  i == MEM ? (off_t)(uintptr_t)names : 0);

		if (n > 0)
			say("  %s: read\n", names[i]);
		else
			say("  %s: %s\n", names[i], n ? error_name(errno) : "nothing");
	}
	use_directory(FDINFO, "0");
	use_directory(FD, "0");
	use_directory(TASK, thread);
	use_directory(WHOLE, "stat");
	use_directory(WHOLE, "exe");
}

static pid_t start(void)
{
	pid_t pid = fork_or_end();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

// Start processes until one has the number `pid`. It goes on. Returns true if one has it. Linux can be
// asked for the number.
static bool start_as(pid_t pid)
{
	char before[16];
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);

	snprintf(before, sizeof(before), "%d", pid - 1);
	(void)!write(fd, before, strlen(before));
	close(fd);
	for (int i = 0; i < FORKS_MAX; i++) {
		pid_t child = fork_or_end();

		if (child == 0) {
			if (getpid() != pid)
				_exit(0);
			for (;;)
				pause();
		}
		if (child == pid)
			return true;
		waitpid(child, NULL, 0);
	}
	return false;
}

// The file whose owner the process was: a write would end another one with the number, by SIGIO.
static int ends[2];

static void use_owner(pid_t number)
{
	int status;

	show("  owner of a pipe", fcntl(ends[0], F_GETOWN));
	(void)!write(ends[1], "", 1);
	show("  ended", waitpid(number, &status, WNOHANG) > 0);
}

int main(void)
{
	char path[64];
	ssize_t n;
	pid_t pid;
	int fd;

	while ((pid = start()) < RESERVED)
		end(pid);
	open_all(pid);
	pipe(ends);
	fcntl(ends[0], F_SETOWN, pid);
	fcntl(ends[0], F_SETFL, O_ASYNC);
	end(pid);
	use_all("no process has the number", pid);
	check("another process gets the number", start_as(pid));
	use_all("another process has it", pid);
	use_owner(pid);
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	fd = open(path, O_RDONLY);
	n = read(fd, path, sizeof(path));
	say("its own value: %.*s", n > 0 ? (int)n : 0, path);
	end(pid);
	return 0;
}
