// Calls that would give a program power over the machine, or over its own segments, and that are not
// there; and every number without a call.

#include "evil.h"

int main(void)
{
	static const uint32_t none[] = { 463,     500,        0x3fff,     0x5000,
		                         0x10000, 0x7fffffff, 0x80000000, 0xffffffff };

	evil_begin();
	show("vm86old", syscall(113, REGION));
	show("vm86", syscall(166, 1, REGION));
	show("modify_ldt", syscall(SYS_modify_ldt, 1, REGION, 16));
	show("ioperm", syscall(101, 0, 65536, 1));
	show("iopl", syscall(110, 3));
	show("init_module", syscall(128, REGION, PAGE, REGION));
	show("kexec_load", syscall(283, KERNEL_TEXT, 0, 0, 0));
	show("pivot_root", syscall(217, "a", "b"));
	show("bpf", syscall(357, 0, REGION, 100));
	for (size_t i = 0; i < COUNT(none); i++) {
		if (syscall((long)none[i], REGION, REGION, REGION, 0, 0, 0) != -1 || errno != ENOSYS)
			say("%#x is a call\n", none[i]);
	}
	return evil_end();
}
