// What programs with bad intentions share: pointers that no call may follow, a way past a fault,
// and a look at whether the kernel is still well.
#pragma once

#include "leak.h"

#include <sched.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#define PAGE 4096u
#define ULIM 0xc0000000u
#define KERNEL_TEXT 0xc0100000u

// A region that bad pointers point into: two pages of memory, a hole, one page of memory, one that
// may only be read, a file's last page and one behind the file's end.
#define REGION 0x20000000u

struct evil_pointer {
	const char *name;
	uint32_t address;
};

static const struct evil_pointer evil_pointers[] = {
	{ "NULL", 0 },
	{ "last", 0xffffffff },
	{ "ULIM-1", ULIM - 1 },
	{ "ULIM", ULIM },
	{ "kernel", KERNEL_TEXT },
	{ "stacks", 0xf8001000 },
	{ "edge", REGION + 2 * PAGE - 1 },
	{ "hole", REGION + 2 * PAGE },
	{ "none", REGION + 5 * PAGE },
	{ "past end", REGION + 7 * PAGE },
};

static inline void *at_page(uint32_t page, int prot, int flags, int fd)
{
	return mmap((void *)(uintptr_t)(REGION + page * PAGE), PAGE, prot, flags | MAP_FIXED, fd, 0);
}

static inline void make_region(void)
{
	int fd = open("/tmp/region", O_RDWR | O_CREAT | O_TRUNC, 0600);

	ftruncate(fd, 100);
	at_page(0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	at_page(1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	at_page(3, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	at_page(4, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	at_page(5, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	mmap((void *)(uintptr_t)(REGION + 6 * PAGE), 2 * PAGE, PROT_READ | PROT_WRITE,
	     MAP_SHARED | MAP_FIXED, fd, 0);
	memset((void *)(uintptr_t)REGION, 'x', 2 * PAGE);
	close(fd);
}

// One letter for a result: F for EFAULT, a dot for success, another for another error.
static inline char letter(long result)
{
	if (result != -1)
		return '.';
	switch (errno) {
	case EFAULT:
		return 'F';
	case EINVAL:
		return 'I';
	case EBADF:
		return 'B';
	case ENOENT:
		return 'E';
	case ENOSYS:
		return 'S';
	case EAGAIN:
		return 'A';
	case ENOMEM:
		return 'M';
	default:
		return '?';
	}
}

// Make `call` with p at each of the pointers, and print a letter for each.
#define TRY_EVIL(what, call)                                                    \
	do {                                                                    \
		char letters_[COUNT(evil_pointers) + 1] = { 0 };                \
		for (size_t i_ = 0; i_ < COUNT(evil_pointers); i_++) {          \
			void *p = (void *)(uintptr_t)evil_pointers[i_].address; \
			letters_[i_] = letter(call);                            \
		}                                                               \
		say("%s %s\n", letters_, what);                                 \
	} while (0)

static inline void say_pointers(void)
{
	for (size_t i = 0; i < COUNT(evil_pointers); i++)
		say("%s%s", i ? ", " : "", evil_pointers[i].name);
	say("\n");
}

// A fault goes on at the latest `if (!survive())`, whose value is then the signal.
static sigjmp_buf evil_retreat;

static inline void evil_on_fault(int signo)
{
	siglongjmp(evil_retreat, signo);
}

static inline void catch_faults(void)
{
	struct sigaction action = { .sa_handler = evil_on_fault, .sa_flags = SA_NODEFER };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	sigaction(SIGFPE, &action, NULL);
	sigaction(SIGTRAP, &action, NULL);
}

// Write where nothing ever is.
static inline void evil_fault(void)
{
	*(volatile int *)(uintptr_t)PAGE = 0;
}

#define survive() sigsetjmp(evil_retreat, 0)

// A child in the same address space, with a stack of its own. It ends when `function` returns.
pid_t share_space(void (*function)(void), void *stack_top, unsigned int flags);
asm(".globl share_space\n"
    "share_space:\n\t"
    "pushl %ebx\n\t"
    "pushl %edi\n\t"
    "movl 12(%esp), %edi\n\t"
    "movl 16(%esp), %ecx\n\t"
    "movl 20(%esp), %ebx\n\t"
    "movl $120, %eax\n\t"
    "int $0x80\n\t"
    "testl %eax, %eax\n\t"
    "jz 1f\n\t"
    "popl %edi\n\t"
    "popl %ebx\n\t"
    "ret\n"
    "1:\n\t"
    "call *%edi\n\t"
    "xorl %ebx, %ebx\n\t"
    "movl $252, %eax\n\t"
    "int $0x80\n");

static unsigned long evil_free_before;

static inline unsigned long settled_memory(void)
{
	sleep_ms(1); // threads that have ended release their stacks
	return free_memory();
}

static inline void run_true(void)
{
	char *const argv[] = { "true", NULL };

	execve("/bin/true", argv, NULL);
}

// Call first: everything that is used once and kept is there afterwards.
static inline void evil_begin(void)
{
	make_region();
	run_child(run_true);
	evil_free_before = settled_memory();
}

// Call last: programs can still be run, and no memory was lost. (A few pages may wait in the
// kernel's caches.)
static inline int evil_end(void)
{
	int status = run_child(run_true);
	long lost = (long)(evil_free_before - settled_memory());

	if (status)
		show_status("still sane: no,", status);
	else if (lost > 32 * (long)PAGE)
		say("still sane: no, %ld bytes are gone\n", lost);
	else
		say("still sane: yes\n");
	return 0;
}
