// A file is either open for writing or a program that runs (ETXTBSY); scripts and interpreters too.
#include "evil.h"
#include <sched.h>
#include <sys/mman.h>

#define PROGRAM "/tmp/program"
#define SCRIPT "/tmp/script"

static int started[2], goes_on[2]; // pipes: a program runs; it may end

static void copy_to(const char *path)
{
	static char bytes[65536];
	int from = open("/tests/exec_busy", O_RDONLY), to = open(path, O_CREAT | O_WRONLY, 0755);
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		write(to, bytes, (size_t)n);
	close(from);
	close(to);
}

static void execute(const char *path, const char *word)
{
	char *arguments[] = { (char *)path, (char *)word, NULL }, *environment[] = { NULL };

	execve(path, arguments, environment);
}

// Execute `path` in a child, and say how that went.
static void try(const char *what, const char *path)
{
	int status;

	if (fork_or_end() == 0) {
		execute(path, "end");
		say("%s: %s\n", what, error_name(errno));
		_exit(1);
	}
	wait(&status);
	if (status == 0)
		say("%s: runs\n", what);
}

// Try to write to `path` in each way.
static void write_to(const char *what, const char *path)
{
	static const struct {
		const char *name;
		int flags;
	} ways[] = {
		{ "O_RDONLY", O_RDONLY },
		{ "O_WRONLY", O_WRONLY },
		{ "O_RDWR", O_RDWR },
		{ "O_APPEND", O_WRONLY | O_APPEND },
		{ "O_CREAT", O_RDWR | O_CREAT },
		{ "O_PATH", O_PATH },
		{ "neither", O_ACCMODE },
	};

	say("%s:\n", what);
	for (size_t i = 0; i < COUNT(ways); i++) {
		int fd = open(path, ways[i].flags, 0755);

		say("  %s: %s\n", ways[i].name, fd < 0 ? error_name(errno) : "open");
		close(fd);
	}
}

// Opening the busy file in the ways that would also truncate it.
static void cut(const char *what, const char *path)
{
	struct stat before, after;
	int fd;

	say("%s:\n", what);
	stat(path, &before);
	fd = open(path, O_RDONLY | O_TRUNC);
	say("  O_RDONLY and O_TRUNC: %s\n", fd < 0 ? error_name(errno) : "open");
	close(fd);
	fd = open(path, O_WRONLY | O_TRUNC);
	say("  O_WRONLY and O_TRUNC: %s\n", fd < 0 ? error_name(errno) : "open");
	close(fd);
	show("  truncate", truncate(path, 0));
	stat(path, &after);
	say("  the file is %s\n", after.st_size == before.st_size ? "whole" : "cut");
}

static pid_t start(const char *path)
{
	pid_t pid = fork_or_end();
	char byte;

	if (pid == 0) {
		execute(path, "wait");
		say("%s: %s\n", path, error_name(errno));
		_exit(1);
	}
	read(started[0], &byte, 1);
	return pid;
}

// Let one end, whichever reads first.
static void end_one(void)
{
	write(goes_on[1], "x", 1);
	wait(NULL);
}

static void opened(void)
{
	int fd = open(PROGRAM, O_WRONLY), other = open(PROGRAM, O_RDWR | O_CLOEXEC);

	try("open twice", PROGRAM);
	close(fd);
	try("open, to be closed by execve", PROGRAM);
	fd = dup(other);
	close(other);
	try("open as a copy", PROGRAM);
	close(fd);
	fd = open(PROGRAM, O_RDONLY);
	try("open to be read", PROGRAM);
	close(fd);
	fd = open(PROGRAM, O_ACCMODE);
	try("open for neither", PROGRAM);
	close(fd);
}

// A mapping keeps the file open, in whatever way it maps it.
static void mapped(void)
{
	static const int types[] = { MAP_SHARED, MAP_PRIVATE };

	for (size_t i = 0; i < COUNT(types); i++) {
		int fd = open(PROGRAM, O_RDWR);
		char *p = mmap(NULL, 3 * 4096, PROT_READ, types[i], fd, 0);

		close(fd);
		try(i ? "mapped privately" : "mapped", PROGRAM);
		munmap(p + 4096, 4096);
		munmap(p, 4096);
		try("a part of it", PROGRAM);
		p = mremap(p + 2 * 4096, 4096, 2 * 4096, MREMAP_MAYMOVE);
		try("moved", PROGRAM);
		munmap(p, 2 * 4096);
		try("unmapped", PROGRAM);
	}
}

static void running(void)
{
	pid_t pid;
	int fd;

	start(PROGRAM);
	start(PROGRAM);
	write_to("a program that runs", PROGRAM);
	cut("a program that runs", PROGRAM);
	end_one();
	cut("one of two has ended", PROGRAM);
	show("rename", rename(PROGRAM, "/tmp/renamed"));
	cut("under another name", "/tmp/renamed");
	end_one();
	rename("/tmp/renamed", PROGRAM);
	write_to("both have ended", PROGRAM);
	pid = start(PROGRAM);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	fd = open(PROGRAM, O_WRONLY);
	check("killed, it can be written", fd >= 0);
	close(fd);
}

static void scripts(void)
{
	int fd = open(SCRIPT, O_CREAT | O_WRONLY, 0755);

	dprintf(fd, "#!%s wait\n", PROGRAM);
	try("a script that is open", SCRIPT);
	close(fd);
	fd = open(PROGRAM, O_WRONLY);
	try("its interpreter is open", SCRIPT);
	close(fd);
	start(SCRIPT);
	write_to("the script of a program that runs", SCRIPT);
	write_to("the program", PROGRAM);
	end_one();
	unlink(SCRIPT);
}

// What cannot be executed can be written afterwards.
static void failed(void)
{
	make_file(SCRIPT, "no program");
	try("no program, and no permission", SCRIPT);
	chmod(SCRIPT, 0755);
	try("no program", SCRIPT);
	make_file(SCRIPT, "#!/absent");
	try("no interpreter", SCRIPT);
	make_file(SCRIPT, "#!" SCRIPT);
	try("its own interpreter", SCRIPT);
	write_to("afterwards", SCRIPT);
	unlink(SCRIPT);
}

// A child that is still there when its parent is another program already. `how`: "copied" or "shared",
// which says what the child does with its parent's memory.
static void inherited(const char *how)
{
	pid_t pid = fork_or_end();
	int status, fd;
	char byte;

	if (pid == 0) {
		execute(PROGRAM, how);
		_exit(1);
	}
	read(started[0], &byte, 1);
	waitpid(pid, &status, 0);
	show_status(how, status);
	write_to("a child still runs it", PROGRAM);
	write(goes_on[1], "x", 1);
	while ((fd = open(PROGRAM, O_WRONLY)) < 0)
		sched_yield(); // it ends, but not as our child
	close(fd);
}

static void memory(void)
{
	int fd = memfd_create("program", 0), other;
	char path[32], bytes[4096];
	ssize_t n;

	other = open(PROGRAM, O_RDONLY);
	while ((n = read(other, bytes, sizeof(bytes))) > 0)
		write(fd, bytes, (size_t)n);
	close(other);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), fd);
	try("a memfd", path);
	other = open(path, O_RDWR);
	try("a memfd opened twice", path);
	close(other);
	start(path);
	write_to("a memfd that runs", path);
	cut("a memfd that runs", path);
	show("ftruncate", ftruncate(fd, 1 << 20));
	end_one();
	cut("it has ended", path);
}

static void report_and_wait(void)
{
	char byte;

	write(4, "x", 1);
	read(5, &byte, 1);
}

static void child_of_another_program(void)
{
	report_and_wait();
	_exit(0);
}

// What the program does. Descriptors 3 to 6 are the pipes.
static int program(const char *what)
{
	static uintptr_t stack[1024];

	if (strcmp(what, "wait") == 0) {
		report_and_wait();
	} else if (strcmp(what, "copied") == 0) {
		if (fork() == 0)
			child_of_another_program();
		execute("/bin/true", NULL);
	} else if (strcmp(what, "shared") == 0) {
		share_space(child_of_another_program, stack + COUNT(stack), CLONE_VM | SIGCHLD);
		execute("/bin/true", NULL);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return program(argv[1]);
	pipe(started); // descriptors 3 to 6, which the programs know
	pipe(goes_on);
	copy_to(PROGRAM);
	opened();
	mapped();
	running();
	scripts();
	failed();
	inherited("copied");
	inherited("shared");
	memory();
	return 0;
}
