// Who may look into /proc/PID: other users, the same user, and the same user after PR_SET_DUMPABLE; and
// what fd and fdinfo show.

#include "test.h"
#include <abi/prctl.h>
#include <dirent.h>

// Try to open or to read each file of process `pid`.
static void look(const char *who, pid_t pid)
{
	static const char *const files[] = { "maps", "smaps",   "smaps_rollup", "environ",
		                             "auxv", "mem",     "pagemap",      "status",
		                             "stat", "cmdline", "comm",         "limits",
		                             "fd",   "fdinfo",  "task",         "fdinfo/0",
		                             "fd/0" };
	static const char *const links[] = { "exe", "cwd", "root", "fd/0" };
	char path[64], target[64];

	say("%s:\n", who);
	for (size_t i = 0; i < COUNT(files); i++) {
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);
		fd = open(path, O_RDONLY);
		say("  %s %s\n", files[i], fd < 0 ? error_name(errno) : "opened");
		if (fd >= 0)
			close(fd);
	}
	for (size_t i = 0; i < COUNT(links); i++) {
		struct stat attributes;
		int error;

		snprintf(path, sizeof(path), "/proc/%d/%s", pid, links[i]);
		error = readlink(path, target, sizeof(target)) < 0 ? errno : 0;
		say("  %s: readlink %s,", links[i], error ? error_name(error) : "works");
		say(" stat %s,", stat(path, &attributes) ? error_name(errno) : "works");
		say(" lstat %s\n", lstat(path, &attributes) ? error_name(errno) : "works");
	}
}

// Become a user.
static void become(int user)
{
	syscall(SYS_setgroups32, 0, NULL);
	syscall(SYS_setresgid32, user, user, user);
	syscall(SYS_setresuid32, user, user, user);
	syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
}

// Let a process of user `user` look at `pid`.
static void look_as(const char *who, int user, pid_t pid)
{
	pid_t child = fork_or_end();

	if (child == 0) {
		become(user);
		look(who, pid);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void show_owner(pid_t pid, const char *name)
{
	struct stat attributes;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	if (lstat(path, &attributes))
		say("%s: %s\n", name, error_name(errno));
	else
		say("%s: user %d, mode %o\n", name, (int)attributes.st_uid,
		    (unsigned int)attributes.st_mode);
}

static void test_access(void)
{
	int ready[2], go[2];
	char byte;
	pid_t target;

	pipe(ready);
	pipe(go);
	target = fork_or_end();
	if (target == 0) {
		become(1000);
		write(ready[1], "r", 1);
		read(go[0], &byte, 1);
		syscall(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
		write(ready[1], "r", 1);
		close(go[1]);
		read(go[0], &byte, 1);
		_exit(0);
	}
	read(ready[0], &byte, 1);
	look_as("another user", 1001, target);
	look_as("the same user", 1000, target);
	show_owner(target, ".");
	show_owner(target, "stat");
	show_owner(target, "fd");
	write(go[1], "g", 1);
	read(ready[0], &byte, 1);
	look_as("the same user, not dumpable", 1000, target);
	look("root, not dumpable", target);
	show_owner(target, ".");
	show_owner(target, "stat");
	show_owner(target, "fd");
	close(go[1]);
	waitpid(target, NULL, 0);
}

// Show the lines of fdinfo that are equal everywhere.
static void show_info(const char *path)
{
	char text[256] = { 0 };
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		say("%s: %s\n", path, error_name(errno));
	close(fd);
	say("%.*s\n", (int)(strstr(text, "mnt_id") - text), text);
	check("mnt_id and ino", strstr(text, "mnt_id:\t") && strstr(text, "ino:\t"));
}

static void test_info(void)
{
	static const uint32_t flags[] = { O_RDONLY, O_WRONLY | O_APPEND, O_RDWR | O_CLOEXEC,
		                          O_RDONLY | O_NONBLOCK };
	char path[64];

	for (size_t i = 0; i < COUNT(flags); i++) {
		int fd = open("/tmp/info", (int)(flags[i] | O_CREAT), 0600);

		lseek(fd, 100 + (off_t)i, SEEK_SET);
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
		show_info(path);
		snprintf(path, sizeof(path), "fd/%d", fd);
		show_owner(getpid(), path);
		close(fd);
	}
	snprintf(path, sizeof(path), "/proc/self/task/%d/fdinfo/0", getpid());
	check("fdinfo of a thread", access(path, R_OK) == 0);
	snprintf(path, sizeof(path), "/proc/self/task/%d/fd/1", getpid());
	check("fd of a thread", access(path, F_OK) == 0);
	show("fdinfo of a closed descriptor", access("/proc/self/fdinfo/99", F_OK));
	show("writing to fdinfo", open("/proc/self/fdinfo/0", O_WRONLY));
}

// Count the entries of a directory.
static int entries(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int n = 0;

	while (directory && (entry = readdir(directory)))
		n += entry->d_name[0] != '.';
	if (directory)
		closedir(directory);
	return n;
}

int main(void)
{
	char path[64];

	close(0);
	open("/dev/null", O_RDWR);
	test_access();
	test_info();
	snprintf(path, sizeof(path), "/proc/self/task/%d/fd", getpid());
	check("fd, fdinfo and task/TID/fd list equally many",
	      entries("/proc/self/fd") == entries("/proc/self/fdinfo") &&
	              entries("/proc/self/fd") == entries(path));
	return 0;
}
