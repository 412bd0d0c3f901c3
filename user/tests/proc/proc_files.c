// Files of /proc about a process (exe, cwd, root, mem, environ, limits, mountinfo) and about the system
// (version, swaps, sys/...).

#include "test.h"
#include <sys/resource.h>

static char text[8192];

// Read a file into text[]. Returns its length, or -1.
static ssize_t read_all(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n, length = 0;

	if (fd < 0)
		return -1;
	while ((n = read(fd, text + length, sizeof(text) - 1 - (size_t)length)) > 0)
		length += n;
	text[length] = '\0';
	close(fd);
	return n < 0 ? -1 : length;
}

static void show_link(const char *path)
{
	char target[256] = { 0 };
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (n < 0)
		say("%s: %s\n", path, error_name(errno));
	else
		say("%s -> %s\n", path, target);
}

static bool same_file(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_ino == second.st_ino &&
	       first.st_dev == second.st_dev;
}

static void test_links(void)
{
	char path[64];
	int status;
	pid_t child;

	show_link("/proc/self/exe");
	show_link("/proc/self/cwd");
	show_link("/proc/self/root");
	check("exe leads to the program", same_file("/proc/self/exe", "/tests/proc_files"));
	check("cwd leads there", same_file("/proc/self/cwd", "."));
	mkdir("/tmp/gone", 0755);
	chdir("/tmp/gone");
	show_link("/proc/self/cwd");
	rmdir("/tmp/gone");
	show_link("/proc/self/cwd");
	show("a removed directory", access("/proc/self/cwd", F_OK));
	chdir("/tmp");
	child = fork_or_end();
	if (child == 0)
		_exit(0);
	snprintf(path, sizeof(path), "/proc/%d/exe", child);
	while (access(path, F_OK) == 0)
		sleep_ms(1);
	show("exe of a zombie", readlink(path, text, 10));
	snprintf(path, sizeof(path), "/proc/%d/cwd", child);
	show("cwd of a zombie", readlink(path, text, 10));
	snprintf(path, sizeof(path), "/proc/%d/environ", child);
	show("environ of a zombie", read_all(path));
	waitpid(child, &status, 0);
	show("cwd of nobody", readlink(path, text, 10));
}

static void test_memory(void)
{
	static const char secret[] = "some text in memory";
	char found[sizeof(secret)] = { 0 };
	int fd = open("/proc/self/mem", O_RDONLY);

	show("mem", pread(fd, found, sizeof(found), (off_t)(uintptr_t)secret));
	say("  %s\n", found);
	show("mem at 0", pread(fd, found, sizeof(found), 0));
	show("mem to a bad place", pread(fd, (void *)0x1000, 8, (off_t)(uintptr_t)secret));
	close(fd);
	show("environ", read_all("/proc/self/environ"));
	for (char *at = text; *at; at += strlen(at) + 1)
		say("  %s\n", at);
}

static void test_limits(void)
{
	struct rlimit limit = { 17, 4096 };

	setrlimit(RLIMIT_NOFILE, &limit);
	read_all("/proc/self/limits");
	for (char *line = text; line && *line; line = strchr(line, '\n') + 1) {
		static const char *const shown[] = { "Limit", "Max open files", "Max cpu time" };

		for (size_t i = 0; i < COUNT(shown); i++)
			if (!strncmp(line, shown[i], strlen(shown[i])))
				say("%.*s|\n", (int)(strchr(line, '\n') - line), line);
	}
}

// Print whether the file holds a number, and if `wanted` is not 0, whether it is this one.
static void test_number(const char *path, long wanted)
{
	char *end;
	long value;

	if (read_all(path) <= 0) {
		say("%s: %s\n", path, error_name(errno));
		return;
	}
	value = strtol(text, &end, 10);
	say("%s: %s\n", path, *end == '\n' && (!wanted || value == wanted) ? "a number" : text);
}

static void test_system(void)
{
	char first[64];

	check("version", read_all("/proc/version") > 0 && strstr(text, " version "));
	read_all("/proc/swaps");
	say("%s", text);
	check("ostype", read_all("/proc/sys/kernel/ostype") > 1);
	check("osrelease", read_all("/proc/sys/kernel/osrelease") > 1);
	check("version", read_all("/proc/sys/kernel/version") > 1);
	check("hostname", read_all("/proc/sys/kernel/hostname") > 1);
	check("domainname", read_all("/proc/sys/kernel/domainname") > 1);
	test_number("/proc/sys/kernel/pid_max", 0);
	test_number("/proc/sys/vm/overcommit_memory", 0);
	test_number("/proc/sys/vm/nr_hugepages", 0);
	test_number("/proc/sys/vm/mmap_min_addr", 65536);
	test_number("/proc/sys/fs/pipe-max-size", 0);
	test_number("/proc/sys/fs/nr_open", 1048576);
	show("the length of an uuid", read_all("/proc/sys/kernel/random/uuid"));
	say("  its version: %c, hyphens: %c%c%c%c\n", text[14], text[8], text[13], text[18],
	    text[23]);
	strlcpy(first, text, sizeof(first));
	read_all("/proc/sys/kernel/random/uuid");
	check("the next one differs", strcmp(first, text) != 0);
	show("the length of boot_id", read_all("/proc/sys/kernel/random/boot_id"));
	strlcpy(first, text, sizeof(first));
	read_all("/proc/sys/kernel/random/boot_id");
	check("it stays", strcmp(first, text) == 0);
	check("mountinfo", read_all("/proc/self/mountinfo") > 0 && strstr(text, " / / rw,") &&
	                           strstr(text, " / /proc rw,") && strstr(text, " - proc proc rw"));
}

int main(int argc, char **argv)
{
	static char *const environment[] = { "FIRST=1", "EMPTY=", "LAST=the last one", NULL };

	if (argc == 1)
		execve("/tests/proc_files", (char *[]){ argv[0], "again", NULL }, environment);
	test_links();
	test_memory();
	test_limits();
	test_system();
	return 0;
}
