// Lists of buffers that are too long, wrap around, or lead into the kernel; and lists that a process
// with the same memory changes meanwhile.

#include "evil.h"
#include <sys/uio.h>

static struct iovec list[1100];
static volatile bool stop;

static void spoil(void)
{
	while (!stop) {
		list[1].iov_base = (void *)(uintptr_t)KERNEL_TEXT;
		list[1].iov_len = 0x7fffffff;
		sched_yield();
		list[1].iov_base = (void *)(uintptr_t)REGION;
		list[1].iov_len = 16;
	}
}

static void show_both(const char *what, int fd, int count)
{
	say("%s: ", what);
	show("writev", writev(fd, list, count));
	show("  readv", readv(fd, list, count));
}

int main(void)
{
	static char stack[16384] __attribute__((aligned(16)));
	int fd, others = 0;
	pid_t pid;

	evil_begin();
	fd = open("/tmp/vectors", O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (size_t i = 0; i < COUNT(list); i++)
		list[i] = (struct iovec){ (void *)(uintptr_t)REGION, 1 };
	show_both("1025 buffers", fd, 1025);
	show_both("-1 buffers", fd, -1);
	show_both("2^31 buffers", fd, (int)0x80000000);
	list[3].iov_len = 0x80000000;
	show_both("a length below 0", fd, 4);
	list[3].iov_len = 0x7fffffff;
	list[2].iov_len = 0x7fffffff;
	show_both("a sum above 2^31", fd, 4);
	list[2] = (struct iovec){ (void *)(uintptr_t)KERNEL_TEXT, 1 };
	list[3].iov_len = 1;
	lseek(fd, 0, SEEK_SET);
	show_both("the third in the kernel", fd, 4);
	list[2].iov_len = 0;
	list[3] = (struct iovec){ (void *)(uintptr_t)ULIM, 0 };
	show_both("nothing there", fd, 4);
	pid = share_space(spoil, stack + sizeof(stack), CLONE_VM | SIGCHLD);
	for (int i = 0; i < 2000; i++) {
		ssize_t n = syscall(SYS_pwritev, fd, list, 2, 0, 0);

		others += n == -1 ? errno != EFAULT && errno != EINVAL :
		                    n == 0 || n > 1 + 2 * (int)PAGE;
		sched_yield();
	}
	stop = true;
	waitpid(pid, NULL, 0);
	show("changed meanwhile: other results", others);
	unlink("/tmp/vectors");
	close(fd);
	return evil_end();
}
