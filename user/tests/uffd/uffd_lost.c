// A large page that a parent has taken back from its child is lost to the child's handler too: an access
// does not wait for it.
// append: hugepages=1

#define _GNU_SOURCE
#include "uffd_large.h"

#include <sys/wait.h>

static int ready[2], taken[2];

// The child registers its memory, and touches it when the parent has taken the page.
static void in_child(uint64_t mode, bool store)
{
	char byte;

	fd = uffd_ready(O_NONBLOCK, 0);
	reg("register", window, large, mode);
	write(ready[1], "", 1);
	read(taken[0], &byte, 1);
	touched = window;
	if (store)
		write_byte();
	else
		read_byte();
	_exit(0);
}

static void try(const char *what, enum kind kind, uint64_t mode, bool store)
{
	int status;
	char byte;
	pid_t pid;

	begin(what, kind, 1, 0);
	close(fd);
	poke(0, 'p');
	pid = fork_or_end();
	if (pid == 0)
		in_child(mode, store);
	read(ready[0], &byte, 1);
	poke(0, 'q');
	write(taken[1], "", 1);
	waitpid(pid, &status, 0);
	show_status("child", status);
	end(1);
}

int main(void)
{
	uffd_large_begin();
	pipe(ready);
	pipe(taken);
	try("read", PRIVATE, MISSING, false);
	try("write", PRIVATE, MISSING, true);
	try("for write-protection too", PRIVATE, MISSING | WP, true);
	try("for minor faults", PRIVATE, MISSING | MINOR, false);
	return 0;
}
