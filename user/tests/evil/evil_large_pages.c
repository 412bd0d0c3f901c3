// append: hugepages=5
// mem: 64
// limit: 60
// Everything that can be done to large pages, at random, by a process and its children: in the end no
// page is lost, and none is reserved.

#include "large_pages.h"
#include <setjmp.h>
#include <sys/uio.h>

#define SLOTS 8
#define BASE ((char *)0x60000000)
#define ROUNDS 600
#define CHILD_ROUNDS 40

static uint32_t state = 12345;
static int fd;
static sigjmp_buf back;

static uint32_t draw(uint32_t n)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % n;
}

static char *slot(void)
{
	return BASE + draw(SLOTS) * large;
}

// Mostly whole large pages.
static size_t length(void)
{
	return draw(8) ? (1 + draw(3)) * large : draw(3 * 1024) * PAGE;
}

static void on_signal(int number)
{
	(void)number;
	siglongjmp(back, 1);
}

static void touch(void)
{
	volatile char *at = slot() + draw(1024) * PAGE;

	if (sigsetjmp(back, 1) == 0 && draw(3))
		*at = 1;
	else if (sigsetjmp(back, 1) == 0)
		(void)*at;
}

static void map(void)
{
	static const int kinds[] = { MAP_PRIVATE | MAP_HUGETLB, MAP_SHARED | MAP_HUGETLB,
		                     MAP_PRIVATE | MAP_HUGETLB | MAP_NORESERVE, MAP_PRIVATE };
	int file = draw(2) ? fd : -1;
	int flags = kinds[draw(COUNT(kinds))] | MAP_FIXED | (file < 0 ? MAP_ANONYMOUS : 0);

	mmap(slot(), length(), draw(4) ? RW : PROT_READ, flags, file,
	     file < 0 ? 0 : (off_t)(draw(3) * large));
}

static void advise(void)
{
	static const int advice[] = { MADV_DONTNEED, MADV_REMOVE,         MADV_DONTFORK,
		                      MADV_DOFORK,   MADV_POPULATE_WRITE, MADV_POPULATE_READ,
		                      MADV_FREE };

	madvise(slot(), length(), advice[draw(COUNT(advice))]);
}

static void change_file(void)
{
	switch (draw(3)) {
	case 0:
		ftruncate(fd, (off_t)(draw(4) * large));
		break;
	case 1:
		syscall(SYS_fallocate, fd, draw(2) ? FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE : 0,
		        draw(3) * large, 0, length(), 0);
		break;
	default:
		pread(fd, slot(), length(), draw(3) * large);
	}
}

static void copy_to(pid_t pid)
{
	struct iovec here = { slot(), length() }, there = { slot(), length() };

	syscall(draw(2) ? SYS_process_vm_readv : SYS_process_vm_writev, pid, &here, 1, &there, 1, 0);
}

static void one(pid_t other)
{
	static const int protections[] = { PROT_NONE, PROT_READ, RW };
	unsigned char vec[4096];

	switch (draw(12)) {
	case 0:
	case 1:
		map();
		break;
	case 2:
		munmap(slot(), length());
		break;
	case 3:
		mprotect(slot(), length(), protections[draw(3)]);
		break;
	case 4:
		advise();
		break;
	case 5:
		mremap(slot(), length(), length(), draw(4), slot());
		break;
	case 6:
		change_file();
		break;
	case 7:
		copy_to(other);
		break;
	case 8:
		mincore(slot(), large, vec);
		mlock(slot(), length());
		break;
	default:
		touch();
	}
}

// A child goes on where its parent was, while the parent goes on too.
static void with_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		pid_t parent = getppid();

		state += (uint32_t)getpid();
		for (int i = 0; i < CHILD_ROUNDS; i++) {
			one(parent);
			if (draw(4) == 0)
				syscall(SYS_sched_yield);
		}
		_exit(0);
	}
	for (int i = 0; i < CHILD_ROUNDS / 2; i++) {
		one(pid);
		if (draw(4) == 0)
			syscall(SYS_sched_yield);
	}
	if (draw(2))
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	large_pages_begin();
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	pool("at first");
	fd = memfd_create("large", MFD_HUGETLB);
	for (int i = 0; i < ROUNDS; i++) {
		if (draw(25) == 0)
			with_child();
		else
			one(getpid());
	}
	munmap(BASE, (SLOTS + 4) * large);
	close(fd);
	pool("at last");
	return 0;
}
