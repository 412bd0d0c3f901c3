// process_vm_writev into private pages that are shared until somebody writes: only the target's
// memory changes, as if it had written there itself.

#include "test.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>

#define PATH "/tmp/process_vm_private"

static char *private_pages(int prot, int fd)
{
	return mmap(NULL, 4096, prot, fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_PRIVATE, fd, 0);
}

static void write_to_parent(const char *what, char *there)
{
	struct iovec local = { "new", 3 }, remote = { there, 3 };

	show(what, syscall(SYS_process_vm_writev, getppid(), &local, 1, &remote, 1, 0));
}

int main(void)
{
	char *empty = private_pages(PROT_READ | PROT_WRITE, -1);
	char *other = private_pages(PROT_READ | PROT_WRITE, -1);
	char *inherited = private_pages(PROT_READ | PROT_WRITE, -1);
	char *constant = private_pages(PROT_READ, -1);
	char *of_file;
	int status, fd;

	make_file(PATH, "old");
	fd = open(PATH, O_RDONLY);
	of_file = private_pages(PROT_READ | PROT_WRITE, fd);
	memcpy(inherited, "old", 3);
	say("%d %d %d %c\n", empty[0], other[0], constant[0], of_file[0]); // maps them, to be read
	if (fork_or_end() == 0) {
		write_to_parent("a page of zeroes", empty);
		write_to_parent("a page of before the fork", inherited);
		write_to_parent("a page of a file", of_file);
		write_to_parent("a page that may only be read", constant);
		say("child: \"%s\" \"%s\" \"%s\" \"%s\"\n", empty, inherited, of_file, constant);
		_exit(0);
	}
	wait(&status);
	show_status("child", status);
	say("parent: \"%s\" \"%s\" \"%s\" \"%s\"\n", empty, inherited, of_file, constant);
	say("another page of zeroes: \"%s\"\n", other);
	show_file(PATH);
	return 0;
}
