// What the kernel copies out has no bytes that it has not set: not the ends of structs, nor bits
// without a name. The debug kernel fills local variables, and freed memory, with bytes that are
// looked for here.

#include "test.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/utsname.h>

static unsigned char buffer[8192];

// Is one of the patterns in buffer[]? 0xfe and 0xaa are the compilers', the words the kernel's.
static bool uninitialised(const unsigned char *at)
{
	static const uint32_t words[] = { 0xA110CA7E, 0xFEEEFEEE };

	if ((*at == 0xfe || *at == 0xaa) && at[1] == *at && at[2] == *at)
		return true;
	for (size_t i = 0; i < COUNT(words); i++)
		if (memcmp(at, &words[i], 4) == 0)
			return true;
	return false;
}

static void look(const char *what, long result)
{
	for (size_t i = 0; i + 4 <= sizeof(buffer); i++) {
		if (uninitialised(buffer + i)) {
			say("%s: byte %d is %#x\n", what, (int)i, buffer[i]);
			return;
		}
	}
	say("%s: %s\n", what, result < 0 ? error_name(errno) : "clean");
}

#define TRY(name, ...)                                         \
	do {                                                   \
		memset(buffer, 0x11, sizeof(buffer));          \
		look(#name, syscall(SYS_##name, __VA_ARGS__)); \
	} while (0)

static void handler(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	memset(buffer, 0x11, sizeof(buffer));
	memcpy(buffer, info, sizeof(*info));
	memcpy(buffer + sizeof(*info), context, 128);
	look("siginfo and ucontext", 0);
}

static void signals(void)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	TRY(rt_sigaction, SIGUSR1, NULL, buffer, 8);
	TRY(rt_sigprocmask, SIG_BLOCK, NULL, buffer, 8);
	TRY(rt_sigpending, buffer, 8);
	TRY(sigaltstack, NULL, buffer);
	sigaction(SIGUSR1, &action, NULL);
	kill(getpid(), SIGUSR1);
}

static void files(void)
{
	int fds[2], dir = open("/etc", O_RDONLY | O_DIRECTORY),
		    proc = open("/proc", O_RDONLY | O_DIRECTORY);
	struct pollfd polled = { .fd = dir, .events = POLLIN };

	pipe(fds);
	TRY(stat64, "/etc", buffer);
	TRY(fstat64, fds[0], buffer);
	TRY(statx, AT_FDCWD, "/etc", 0, 0x7ff, buffer);
	TRY(statfs64, "/etc", 84, buffer);
	TRY(fstatfs64, fds[0], 84, buffer);
	TRY(getdents64, dir, buffer, sizeof(buffer));
	TRY(getdents64, proc, buffer, sizeof(buffer));
	TRY(getcwd, buffer, sizeof(buffer));
	TRY(pipe, buffer);
	TRY(_llseek, dir, 0, 0, buffer, SEEK_CUR);
	write(fds[1], "abc", 3);
	TRY(ioctl, fds[0], FIONREAD, buffer);
	TRY(read, fds[0], buffer, sizeof(buffer));
	TRY(poll, &polled, 1, 0);
}

static void system_calls(void)
{
	unsigned int desc[4] = { -1u, 0x1000, 0xfffff, 0x51 };

	TRY(uname, buffer);
	TRY(sysinfo, buffer);
	TRY(clock_gettime, CLOCK_MONOTONIC, buffer);
	TRY(clock_gettime64, CLOCK_MONOTONIC, buffer);
	TRY(clock_getres, CLOCK_MONOTONIC, buffer);
	TRY(gettimeofday, buffer, buffer + 64);
	TRY(times, buffer);
	TRY(time, buffer);
	TRY(getrusage, RUSAGE_SELF, buffer);
	TRY(ugetrlimit, RLIMIT_STACK, buffer);
	TRY(prlimit64, 0, RLIMIT_STACK, NULL, buffer);
	TRY(prctl, 16, buffer);
	TRY(sched_getaffinity, 0, 64, buffer);
	TRY(mincore, (long)buffer & -4096, 8192, buffer);
	syscall(SYS_set_thread_area, desc);
	memset(buffer, 0x11, sizeof(buffer));
	memcpy(buffer, desc, 4);
	look("get_thread_area", syscall(SYS_get_thread_area, buffer));
}

static void waiting(void)
{
	if (fork() == 0)
		_exit(3);
	TRY(wait4, -1, buffer, 0, buffer + 64);
}

// A new program's stack, and memory that others had before.
static void memory(void)
{
	extern char **environ;
	unsigned char *pages;
	int fd = open("/tmp/end", O_RDWR | O_CREAT, 0644);

	memset(buffer, 0x11, sizeof(buffer));
	memcpy(buffer, (void *)environ, 0xbffffffc - (uintptr_t)environ);
	look("stack of a program", 0);
	pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pages[1] = 1;
	memcpy(buffer, pages, 8192);
	look("new pages", 0);
	write(fd, "x", 1);
	ftruncate(fd, 5000);
	pages = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
	memcpy(buffer, pages, 8192);
	look("end of a file", 0);
}

int main(void)
{
	signals();
	files();
	system_calls();
	waiting();
	memory();
	return 0;
}
