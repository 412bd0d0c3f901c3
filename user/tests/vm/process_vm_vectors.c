// process_vm_readv and process_vm_writev: the lists of stretches, and what is said of bad ones.

#include "test.h"
#include <sys/mman.h>
#include <sys/uio.h>

static char from[16] = "0123456789abcdef", to[17];
static struct iovec many[1025];

static void transfer(const char *what, const struct iovec *local, unsigned long local_count,
                     const struct iovec *remote, unsigned long remote_count)
{
	memset(to, '.', 16);
	say("%s\n", what);
	show("  read",
	     syscall(SYS_process_vm_readv, getpid(), local, local_count, remote, remote_count, 0));
	say("  \"%s\"\n", to);
}

int main(void)
{
	struct iovec whole_to = { to, 16 }, whole_from = { from, 16 };
	struct iovec parts_to[] = { { to, 3 }, { NULL, 0 }, { to + 8, 5 } };
	struct iovec parts_from[] = { { from + 10, 2 }, { from, 1 }, { from + 4, 9 } };
	struct iovec negative[] = { { from, 4 }, { from, 0x80000000u } };
	struct iovec huge[] = { { from, 4 }, { from + 4, 0x7fffffff }, { from, 0x7fffffff } };
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec hole[] = { { from, 2 }, { pages + 4094, 4 }, { from, 2 } };

	memcpy(pages + 4094, "XY", 2);
	munmap(pages + 4096, 4096);
	transfer("one stretch", &whole_to, 1, &whole_from, 1);
	transfer("several", parts_to, 3, parts_from, 3);
	transfer("none here", parts_to, 0, parts_from, 3);
	transfer("none there", parts_to, 3, parts_from, 0);
	transfer("no list, none", NULL, 0, NULL, 0);
	transfer("no list here", NULL, 1, &whole_from, 1);
	transfer("no list there", &whole_to, 1, NULL, 1);
	transfer("a hole there", &whole_to, 1, hole, 3);
	transfer("a hole here", hole + 1, 1, &whole_from, 1);
	say("  %c%c\n", pages[4094], pages[4095]);
	transfer("a hole first", &whole_to, 1, &(struct iovec){ pages + 4096, 4 }, 1);
	transfer("a negative length there", &whole_to, 1, negative, 2);
	transfer("a negative length here", negative, 2, &whole_from, 1);
	transfer("huge lengths there", &whole_to, 1, huge, 3);
	transfer("huge lengths here", huge, 1, &whole_from, 1);
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (struct iovec){ from + i % 16, 1 };
	transfer("many there", &whole_to, 1, many, 1024);
	transfer("too many there", &whole_to, 1, many, 1025);
	transfer("too many here", many, 1025, &whole_from, 1);
	show("write", syscall(SYS_process_vm_writev, getpid(), &whole_from, 1, parts_to, 3, 0));
	say("\"%s\"\n", to);
	show("flags", syscall(SYS_process_vm_readv, getpid(), &whole_to, 1, &whole_from, 1, 1));
	show("nobody", syscall(SYS_process_vm_readv, 99999, &whole_to, 1, &whole_from, 1, 0));
	show("nobody, and nothing",
	     syscall(SYS_process_vm_readv, 99999, &whole_to, 0, &whole_from, 1, 0));
	return 0;
}
