// sys_userfaultfd.c: userfaultfd(2): a descriptor by which a program handles its page faults.
#include "fs/userfaultfd.h"
#include "sys/syscall.h"

// userfaultfd(2).
SYSCALL1(userfaultfd, uint32_t, flags)
{
	return userfaultfd_open(flags);
}
