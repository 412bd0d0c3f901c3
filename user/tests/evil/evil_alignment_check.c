// With AC set a program wants its unaligned accesses to fault. The kernel's own, for the program's
// sake, must neither fault nor be let through to where they may not. (QEMU's processor raises no
// alignment check in programs; so their own accesses are not tried.)

#include "evil.h"

static void set_ac(void)
{
	asm volatile("pushfl\n\torl $0x40000, (%%esp)\n\tpopfl" : : : "cc", "memory");
}

static bool ac_is_set(void)
{
	uint32_t flags;

	asm volatile("pushfl\n\tpopl %0" : "=r"(flags));
	return flags >> 18 & 1;
}

static void handler(int signo)
{
	(void)signo;
	check("  in a handler", ac_is_set());
}

int main(void)
{
	struct stat *st = (struct stat *)(uintptr_t)(REGION + 1);
	int ends[2];

	evil_begin();
	pipe(ends);
	signal(SIGUSR1, handler);
	set_ac();
	show("fstat64 to an odd address", syscall(SYS_fstat64, 0, st));
	show("write of 3 bytes", write(ends[1], (char *)(uintptr_t)(REGION + 1), 3));
	show("read", read(ends[0], (char *)(uintptr_t)(REGION + PAGE - 1), 3));
	show("clock_gettime", syscall(SYS_clock_gettime, CLOCK_MONOTONIC, REGION + 3));
	show("a kernel address", syscall(SYS_clock_gettime, CLOCK_MONOTONIC, KERNEL_TEXT));
	show("uname into what is read only", syscall(SYS_uname, REGION + 4 * PAGE));
	check("AC is still set", ac_is_set());
	raise(SIGUSR1);
	check("and behind it", ac_is_set());
	if (fork() == 0)
		_exit(ac_is_set() ? 1 : 0);
	wait(NULL);
	return evil_end();
}
