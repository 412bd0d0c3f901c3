// sys_userfaultfd.c: userfaultfd(2): a descriptor by which a program handles its page faults.
#include "sys/sys_userfaultfd.h"

#include "fs/userfaultfd.h"
#include "procfs/procfs.h"
#include "sys/syscall.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include <abi/capability.h>
#include <abi/stat.h>
#include <abi/userfaultfd.h>
#include <ctype.h>
#include <stdlib.h>

// [atomic] Any program may handle faults of the kernel's copies too. Such a program can hold a system
// call at a place of its choice for as long as it likes, which has helped to exploit races.
static bool unprivileged;

// userfaultfd(2).
SYSCALL1(userfaultfd, uint32_t, flags)
{
	if (!(flags & UFFD_USER_MODE_ONLY) && !unprivileged && !capable(CAP_SYS_PTRACE))
		return WHY(-EPERM, "faults of the kernel's copies need CAP_SYS_PTRACE");
	return userfaultfd_open(flags);
}

static int show_unprivileged(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%d\n", unprivileged);
	return 0;
}

// Takes 0 or 1, with blanks around it. Returns 0 or -EINVAL.
static int store_unprivileged(const char *text, size_t length, pid_t pid)
{
	char *end;
	long value = strtol(text, &end, 10);

	(void)pid;
	while (isspace(*end))
		end++;
	if (end == text || end != text + length || value < 0 || value > 1)
		return -EINVAL;
	__atomic_store_n(&unprivileged, value, __ATOMIC_RELAXED);
	return 0;
}

void userfaultfd_files_init(void)
{
	static struct procfs_file file = {
		.name = "sys/vm/unprivileged_userfaultfd",
		.mode = S_IFREG | 0644,
		.show = show_unprivileged,
		.store = store_unprivileged,
	};

	procfs_register(&file);
}
