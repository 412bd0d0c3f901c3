// limit: 120
// mem: 704
// As many processes as there are kernel stacks, more than 10,000; then fork() is refused, and one that
// ends makes room for one. What concerns one of them costs no more than among few.

#include "leak.h"
#include <dirent.h>

#define BOUND 100000 // instructions: the tests' clock is one of instructions

static int ends[2];

static uint64_t instructions(void)
{
	return __builtin_ia32_rdtsc();
}

static pid_t start_child(void)
{
	pid_t pid = fork();
	char byte;

	if (pid == 0) {
		read(ends[0], &byte, 1);
		_exit(0);
	}
	return pid;
}

static unsigned int count_in_proc(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	unsigned int count = 0;

	while ((entry = readdir(dir)))
		count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
	closedir(dir);
	return count;
}

#define COST(what, call)                                             \
	do {                                                         \
		uint64_t start_ = instructions();                    \
		long result_ = (long)(call);                         \
		start_ = instructions() - start_;                    \
		show(what, result_);                                 \
		if (start_ >= BOUND)                                 \
			say("it takes %llu instructions\n", start_); \
	} while (0)

int main(void)
{
	unsigned long before;
	unsigned int count = 0, listed;
	uint64_t start;
	pid_t pid, last = 0;

	pipe(ends);
	before = free_memory();
	for (; (pid = start_child()) > 0; count++)
		last = pid;
	say("fork fails: %s\n", error_name(errno));
	check("10,000 processes and more", count >= 10000);

	start = instructions();
	listed = count_in_proc();
	start = instructions() - start;
	check("all are in /proc", listed == count + 2);
	if (start / listed > 2000)
		say("%llu instructions each\n", start / listed);
	COST("nobody has ended", waitpid(-1, NULL, WNOHANG));
	COST("the last one has not", waitpid(last, NULL, WNOHANG));
	COST("a group of its own", setpgid(last, last));
	COST("a signal for it", kill(-last, SIGKILL));
	check("it ends", waitpid(-1, NULL, 0) == last);
	COST("no such group", kill(-last, SIGKILL));
	check("one more", start_child() > 0);
	show("and one more", start_child());

	kill(-1, SIGKILL);
	while (wait(NULL) > 0)
		;
	check("all memory is free again", before - free_memory() < 64 * 4096);
	return 0;
}
