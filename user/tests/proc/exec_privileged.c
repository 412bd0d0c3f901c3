// A program with a set-id bit is executed while another process of its caller looks into the process: by
// /proc/PID/environ, in the middle of a read, and by ptrace, in the middle of the exec. It sees nothing of
// the program, whatever the moment.
// limit: 3
// args: test

#include "ptrace.h"
#include "thread.h"

#define PRIVILEGED "/tmp/privileged"
#define USER 1000
#define STRINGS 8
#define STRING 100000
#define ROUNDS 10

static struct {
	volatile int go;    // the victim may execute the program
	volatile int ready; // the victim runs, with its own environment
	volatile int pid;   // the victim
	volatile int seen;  // the spy has seen something
} * shared;

// An environment that is long, so that an exec takes long, and a read of it too.
static char **environment(char letter)
{
	static char *list[STRINGS + 1];

	for (int i = 0; i < STRINGS; i++) {
		list[i] = malloc(STRING + 1);
		memset(list[i], letter, STRING);
		list[i][STRING] = '\0';
	}
	return list;
}

static void become_user(void)
{
	syscall(SYS_setresgid32, USER, USER, USER);
	syscall(SYS_setresuid32, USER, USER, USER);
	syscall(SYS_prctl, 4, 1, 0, 0, 0); // PR_SET_DUMPABLE: the change of ids has cleared it
}

static void execute_privileged(void)
{
	char *words[] = { PRIVILEGED, "sleep", NULL };

	while (!shared->go)
		syscall(SYS_sched_yield);
	execve(PRIVILEGED, words, environment('b'));
	_exit(1);
}

static void copy_program(void)
{
	static char bytes[65536];
	int from = open("/proc/self/exe", O_RDONLY);
	int to = open(PRIVILEGED, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		write(to, bytes, (size_t)n);
	close(from);
	fchmod(to, 04755);
	close(to);
}

// The victim has executed this program, and maps the file that all share.
static void map_shared(void)
{
	int fd = open("/tmp/shared", O_RDWR | O_CREAT, 0666);

	fchmod(fd, 0666);
	ftruncate(fd, sizeof(*shared));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
}

// Read the environment until it is closed, each time from its start to a place far behind.
static void spy_reads(pid_t pid)
{
	static char bytes[1000];
	char path[40];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	fd = open(path, O_RDONLY);
	shared->go = 1;
	do {
		pread(fd, bytes, 1, 0);
		n = pread(fd, bytes, sizeof(bytes), (STRINGS - 1) * STRING);
		if (n > 0 && memchr(bytes, 'b', (size_t)n))
			shared->seen++;
	} while (n > 0);
}

static void read_while_executed(void)
{
	char *words[] = { PRIVILEGED, "victim", NULL };
	pid_t pid = fork_or_end(), spy;

	if (pid == 0) {
		become_user();
		execve("/proc/self/exe", words, environment('a'));
		_exit(1);
	}
	while (!shared->ready && waitpid(pid, NULL, WNOHANG) == 0)
		syscall(SYS_sched_yield);
	spy = fork_or_end();
	if (spy == 0) {
		become_user();
		spy_reads(pid);
		_exit(0);
	}
	waitpid(spy, NULL, 0);
	end(pid);
}

static void reads(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		shared->go = shared->ready = 0;
		read_while_executed();
	}
	show("parts of another user's environment", shared->seen);
}

static bool is_root(pid_t pid)
{
	char text[512], *line;

	read_status(pid, text, sizeof(text));
	line = strstr(text, "Uid:");
	line = line ? strchr(line + 5, '\t') : NULL; // the effective one comes second
	return line && atoi(line) == 0;
}

// Attach to a victim with two threads. The exec ends one of them, and waits until it is gone: the spy runs in
// between.
static void spy_attaches(void)
{
	struct test_thread thread = { 0 };
	pid_t pid = fork_or_end();
	int status;

	if (pid == 0) {
		start_thread(&thread, 0, sleep_long, NULL);
		shared->ready = 1;
		execute_privileged();
	}
	shared->pid = pid;
	while (!shared->ready && waitpid(pid, NULL, WNOHANG) == 0)
		syscall(SYS_sched_yield);
	shared->go = 1;
	syscall(SYS_sched_yield);
	if (ptrace(PTRACE_ATTACH, pid, 0, 0) == 0 && waitpid(pid, &status, 0x40000000) == pid)
		shared->seen += is_root(pid);
}

static void attaches(void)
{
	shared->seen = 0;
	for (int i = 0; i < ROUNDS; i++) {
		shared->go = shared->ready = 0;
		if (fork_or_end() == 0) {
			become_user();
			spy_attaches();
			_exit(0);
		}
		wait(NULL);
		kill(shared->pid, SIGKILL);
	}
	show("tracees with another user's privileges", shared->seen);
}

int main(int argc, char **argv)
{
	map_shared();
	if (argc > 1 && strcmp(argv[1], "victim") == 0) {
		shared->ready = 1;
		execute_privileged();
	}
	while (argc > 1 && strcmp(argv[1], "sleep") == 0)
		pause();
	copy_program();
	reads();
	attaches();
	return 0;
}
