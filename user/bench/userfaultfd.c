// userfaultfd.c: faults that another process handles: the parent faults, a child has the descriptor.
#include "bench.h"

#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static char source[PAGE] __attribute__((aligned(4096)));

// `n` pages of memory, registered for `mode`; their descriptor in *store.
static char *registered(unsigned int n, uint64_t mode, int *store)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = mode };
	char *at = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(at, n * PAGE, MADV_DONTFORK); // no page is ever shared with the child
	*store = (int)syscall(SYS_userfaultfd, 0);
	if (mode == UFFDIO_REGISTER_MODE_WP)
		memset(at, 1, n * PAGE);
	reg.range = (struct uffdio_range){ (uintptr_t)at, n * PAGE };
	if (*store < 0 || ioctl(*store, UFFDIO_API, &api) || ioctl(*store, UFFDIO_REGISTER, &reg))
		fail("userfaultfd");
	return at;
}

static void copy_page(int fd, uint64_t to)
{
	struct uffdio_copy copy = { .dst = to, .src = (uintptr_t)source, .len = PAGE };

	if (ioctl(fd, UFFDIO_COPY, &copy))
		fail("UFFDIO_COPY");
}

static void protect(int fd, uint64_t at, size_t len, uint64_t mode)
{
	struct uffdio_writeprotect wanted = { { at, len }, mode };

	if (ioctl(fd, UFFDIO_WRITEPROTECT, &wanted))
		fail("UFFDIO_WRITEPROTECT");
}

// The child: handle `n` faults.
static void handle(int fd, unsigned int n)
{
	struct uffd_msg msg;

	for (; n > 0; n--) {
		if (read(fd, &msg, sizeof(msg)) != (ssize_t)sizeof(msg))
			_exit(1);
		if (msg.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP)
			protect(fd, msg.arg.pagefault.address, PAGE, 0);
		else
			copy_page(fd, msg.arg.pagefault.address);
	}
	_exit(0);
}

// Write to each of `n` pages while a child handles the faults.
static uint64_t touch_all(char *at, int fd, unsigned int n)
{
	uint64_t start;
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid == 0)
		handle(fd, n + 1);
	*(volatile char *)at = 1; // until this returns, the child has begun
	start = ticks();
	for (unsigned int i = 1; i <= n; i++)
		*(volatile char *)(at + i * PAGE) = 1;
	start = ticks() - start;
	wait_for_child(pid);
	close(fd);
	munmap(at, (n + 1) * PAGE);
	return start;
}

uint64_t uffd_missing(unsigned int n)
{
	int fd;
	char *at = registered(n + 1, UFFDIO_REGISTER_MODE_MISSING, &fd);

	return touch_all(at, fd, n);
}

uint64_t uffd_protected(unsigned int n)
{
	int fd;
	char *at = registered(n + 1, UFFDIO_REGISTER_MODE_WP, &fd);

	protect(fd, (uintptr_t)at, (n + 1) * PAGE, UFFDIO_WRITEPROTECT_MODE_WP);
	return touch_all(at, fd, n);
}

uint64_t uffd_copy(unsigned int n)
{
	uint64_t start;
	int fd;
	char *at = registered(n, UFFDIO_REGISTER_MODE_MISSING, &fd);

	memset(source, 1, PAGE);
	start = ticks();
	for (unsigned int i = 0; i < n; i++)
		copy_page(fd, (uintptr_t)at + i * PAGE);
	start = ticks() - start;
	close(fd);
	munmap(at, n * PAGE);
	return start;
}
