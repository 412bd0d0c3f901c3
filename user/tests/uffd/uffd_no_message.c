// append: hugepages=1
// Calls that do not wait for a userfaultfd's handler: they have made no change, or return less.

#include "uffd.h"
#include <sys/auxv.h>

#define ARGUMENT 10000 // bytes: the second page of the arguments has nothing else

static int fd;

static size_t large_page(void)
{
	char text[4096], *at;
	int file = open("/proc/meminfo", O_RDONLY);
	ssize_t n = read(file, text, sizeof(text) - 1);

	close(file);
	text[n < 0 ? 0 : n] = '\0';
	at = strstr(text, "Hugepagesize:");
	return at ? strtoul(at + strlen("Hugepagesize:"), NULL, 10) * 1024 : 0;
}

static void show_no_message(void)
{
	struct uffd_msg msg;

	show("message", read(fd, &msg, sizeof(msg)));
}

// A large page lies across the end of the heap. A break below would cut it, so the call fails after it
// has found registered memory in the range.
static void refused_brk(void)
{
	size_t large = large_page();
	uintptr_t base = ((uintptr_t)syscall(SYS_brk, 0) + large) & ~(large - 1);
	uintptr_t end = base + large + PAGE;

	fd = uffd_ready(O_NONBLOCK, UFFD_FEATURE_EVENT_UNMAP);
	check("the heap grows", (uintptr_t)syscall(SYS_brk, end) == end);
	check("a large page",
	      mmap((void *)(base + large), large, RW,
	           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_HUGETLB, -1, 0) != MAP_FAILED);
	show("register", uffd_register(fd, (void *)base, large, MISSING, NULL));
	check("the break stays", (uintptr_t)syscall(SYS_brk, base + PAGE) == end);
	show_no_message();
	show("munmap", munmap((void *)(base + large), large));
	close(fd);
}

static void read_arguments(pid_t pid, size_t wanted)
{
	static char text[65536];
	char path[40];
	int file;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	file = open(path, O_RDONLY);
	check("the arguments up to the missing page",
	      read(file, text, sizeof(text)) == (ssize_t)wanted);
	close(file);
}

static void read_memory(uintptr_t page)
{
	int file = open("/proc/self/mem", O_RDONLY);
	char byte;

	show("mem at the missing page", pread(file, &byte, 1, (off_t)page));
	show("mem before it", pread(file, &byte, 1, (off_t)page - 1));
	close(file);
}

// The second page of the arguments is missing: read by another process, and by this one.
static void missing_arguments(char **argv)
{
	uintptr_t start = (uintptr_t)argv[0], page = (start + PAGE - 1) & ~(PAGE - 1);
	int status;
	pid_t pid;

	fd = uffd_ready(O_NONBLOCK, 0);
	madvise((void *)page, PAGE, MADV_DONTNEED);
	show("register", uffd_register(fd, (void *)page, PAGE, MISSING, NULL));
	pid = fork_or_end();
	if (pid == 0) {
		read_arguments(getppid(), page - start);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	show_status("the reader", status);
	read_arguments(getpid(), page - start);
	read_memory(page);
	show_no_message();
	close(fd);
}

int main(int argc, char **argv)
{
	static char argument[ARGUMENT + 1];
	char *const arguments[] = { argv[0], argument, NULL };

	if (argc > 1) {
		missing_arguments(argv);
		return 0;
	}
	refused_brk();
	memset(argument, 'a', ARGUMENT);
	execv((char *)getauxval(AT_EXECFN), arguments);
	return 1;
}
