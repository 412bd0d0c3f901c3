// The fields of /proc/PID/stat, the lines of status, and the files with a program's strings: cmdline,
// environ, auxv.

#include "test.h"
#include <elf.h>
#include <sys/auxv.h>

#define LONG 200000

static char text[LONG + 4096], again[LONG + 4096];
static unsigned long fields[64]; // of stat, by their numbers in proc(5)
static int initialized = 1;

// Read a file in pieces of `piece` bytes into text[]. Returns its length, or -errno.
static ssize_t read_pieces(const char *path, size_t piece)
{
	int fd = open(path, O_RDONLY);
	ssize_t n, length = 0;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, text + length, piece)) > 0)
		length += n;
	text[length] = '\0';
	close(fd);
	return n < 0 ? -errno : length;
}

// Parse the stat of a process. Returns how many fields there are.
static int read_stat(pid_t pid)
{
	char path[32], *at;
	int n = 2;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (read_pieces(path, 4096) <= 0)
		return 0;
	fields[1] = strtoul(text, NULL, 10);
	at = strrchr(text, ')');
	for (at = at ? strchr(at, ' ') : NULL; at && n < 63; at = strchr(at, ' ')) {
		at++;
		n++;
		fields[n] = n == 3 ? (unsigned long)*at : (unsigned long)strtoll(at, NULL, 10);
	}
	return n;
}

static void nothing(int signo)
{
	(void)signo;
}

static void test_own(char **argv, char **envp)
{
	char *last = argv[0];
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGHUP, nothing);
	kill(getpid(), SIGUSR1);
	syscall(SYS_tkill, getpid(), SIGUSR1);
	say("stat has %d fields\n", read_stat(getpid()));
	check("pid", fields[1] == (unsigned long)getpid());
	check("state", fields[3] == 'R');
	check("parent", fields[4] == (unsigned long)getppid());
	check("group", fields[5] == (unsigned long)syscall(SYS_getpgid, 0));
	check("session", fields[6] == (unsigned long)syscall(SYS_getsid, 0));
	check("no flag of a fork, of an end, of the kernel", !(fields[9] & 0x200044));
	check("vsize", fields[23] > 0);
	check("rss", fields[24] > 0);
	check("the code has main",
	      fields[26] <= (uintptr_t)read_stat && (uintptr_t)read_stat < fields[27]);
	check("the stack begins before argv", fields[28] == (uintptr_t)argv - sizeof(long));
	say("signals: pending %lx, blocked %lx, ignored %lx, caught %lx\n", fields[31], fields[32],
	    fields[33], fields[34]);
	say("exit signal %ld, rt_priority %lu, policy %lu\n", fields[38], fields[40], fields[41]);
	check("data", fields[45] <= (uintptr_t)&initialized && (uintptr_t)&initialized < fields[46]);
	check("the heap begins after the data", fields[47] >= fields[46]);
	check("arguments", fields[48] == (uintptr_t)argv[0]);
	check("the environment follows",
	      fields[49] == fields[50] && fields[50] == (uintptr_t)envp[0]);
	while (*envp)
		last = *envp++;
	check("its end", fields[51] == (uintptr_t)last + strlen(last) + 1);
	say("exit status %lu\n", fields[52]);
	signal(SIGUSR1, SIG_IGN); // discards it
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

// Let a process of another user look at this one's stat.
static void test_other_user(void)
{
	pid_t parent = getpid(), child = fork_or_end();
	int status;

	if (child == 0) {
		syscall(SYS_setgid32, 1000);
		syscall(SYS_setuid32, 1000);
		read_stat(parent);
		say("another user sees: code %lu to %lu, stack %lu, data %lu, arguments %lu\n",
		    fields[26], fields[27], fields[28], fields[45], fields[48]);
		_exit(0);
	}
	waitpid(child, &status, 0);
}

static void test_child(void)
{
	pid_t child = fork_or_end();
	int status;

	if (child == 0) {
		read_stat(getpid());
		check("forked, no program executed", fields[9] & 0x40);
		check("the forked child has its parent's places", fields[48] != 0);
		_exit(7);
	}
	do
		read_stat(child);
	while (fields[3] != 'Z');
	say("zombie: flags %lx, vsize %lu, code %lu, stack %lu, status %lx\n", fields[9] & 0x200044,
	    fields[23], fields[26], fields[28], fields[52]);
	waitpid(child, &status, 0);
}

// Print the lines of status that this kernel must have, in their order.
static void test_status(void)
{
	static const char *const shown[] = {
		"State:",      "Ngid:",    "TracerPid:", "Uid:",    "Gid:",         "Groups:",
		"Kthread",     "VmPin:",   "RssFile:",   "VmSwap:", "Threads:",     "SigPnd:",
		"ShdPnd:",     "SigBlk:",  "SigIgn:",    "SigCgt:", "CapInh:",      "CoreDumping",
		"NoNewPrivs:", "Seccomp:", "CapAmb:",    "Umask:",  "HugetlbPages", "Name:",
	};
	static const char *const hidden[] = {
		"VmSize:", "VmLck:",  "VmRSS:", "RssAnon:", "VmData:", "VmStk:",
		"VmExe:",  "VmLib:",  "VmPTE:", "SigQ:",    "FDSize:", "CapPrm:",
		"CapEff:", "CapBnd:", "Pid:",   "PPid:",    "Tgid:"
	};

	umask(027);
	read_pieces("/proc/self/status", 100);
	for (char *line = text; line && *line; line = strchr(line, '\n') + 1) {
		for (size_t i = 0; i < COUNT(shown); i++)
			if (!strncmp(line, shown[i], strlen(shown[i])))
				say("%.*s\n", (int)(strchr(line, '\n') - line), line);
		for (size_t i = 0; i < COUNT(hidden); i++)
			if (!strncmp(line, hidden[i], strlen(hidden[i])))
				say("%s is there\n", hidden[i]);
	}
}

static void test_auxv(char **envp)
{
	Elf32_auxv_t *aux;
	size_t size = 0;
	ssize_t n = read_pieces("/proc/self/auxv", 4096);

	while (*envp)
		envp++;
	aux = (Elf32_auxv_t *)(envp + 1);
	while (aux[size / sizeof(*aux)].a_type != AT_NULL)
		size += sizeof(*aux);
	size += sizeof(*aux);
	check("auxv: the words on the stack", n >= (ssize_t)size && !memcmp(text, aux, size));
}

// Long strings are read whole, in any pieces.
static void test_long(char **argv, char **envp)
{
	ssize_t n = read_pieces("/proc/self/environ", 5000);

	memcpy(again, text, (size_t)n + 1);
	check("environ in pieces",
	      read_pieces("/proc/self/environ", 333) == n && !memcmp(again, text, (size_t)n));
	check("a long environment", n > LONG && !memcmp(text, envp[0], (size_t)n));
	n = read_pieces("/proc/self/cmdline", 999);
	say("cmdline: %zd bytes, %s\n", n,
	    memcmp(text, argv[0], (size_t)n) ? "others" : "the arguments");
	memset(argv[2], 'x', strlen(argv[2]) + 1); // the last NUL too
	strcpy(argv[0], "title");
	n = read_pieces("/proc/self/cmdline", 4096);
	say("with a title: %zd bytes, %s\n", n, text);
}

int main(int argc, char **argv, char **envp)
{
	static char large[LONG / 2], large_too[LONG / 2 + 100], arg[9000];
	char *environment[] = { "FIRST=1", large, large_too, "LAST=the last one", NULL };

	if (argc == 1) {
		memset(large, 'a', sizeof(large) - 1);
		memset(large_too, 'b', sizeof(large_too) - 1);
		memset(arg, 'c', sizeof(arg) - 1);
		execve("/tests/proc_stat", (char *[]){ argv[0], "again", arg, NULL }, environment);
	}
	test_own(argv, envp);
	test_other_user();
	test_child();
	test_status();
	test_auxv(envp);
	test_long(argv, envp);
	return 0;
}
