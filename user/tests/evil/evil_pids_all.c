// limit: 60
// All numbers of processes taken: fork() says so at once, and a number that names only a group and a
// session is nobody else's.

#include "leak.h"
#include <sched.h>

#define BOUND 1000000 // instructions: the tests' clock is one of instructions

static inline uint64_t instructions(void)
{
	return __builtin_ia32_rdtsc();
}

static pid_t fork_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

// A process that has ended, and is named by the group and the session of its child, which *member
// is. Returns its number.
static pid_t leave_group(pid_t *member)
{
	int ends[2];
	pid_t leader;

	pipe(ends);
	leader = fork();
	if (leader == 0) {
		setsid();
		*member = fork();
		if (*member == 0)
			for (;;)
				pause();
		write(ends[1], member, sizeof(*member));
		_exit(0);
	}
	read(ends[0], member, sizeof(*member));
	waitpid(leader, NULL, 0);
	close(ends[0]);
	close(ends[1]);
	return leader;
}

// Fork until that fails. Are the numbers in order, and none of them `held`?
static int take_all(pid_t held, pid_t *middle)
{
	bool in_order = true, held_given = false;
	pid_t last = 0, pid;
	int count = 0;

	for (; (pid = fork_child()) > 0; count++, last = pid) {
		if (pid < last)
			in_order &= last == 32767 && pid >= 300;
		held_given |= pid == held;
		if (count == 5000)
			*middle = pid;
		if (count % 64 == 0)
			sched_yield();
	}
	say("fork fails: %s\n", error_name(errno));
	check("numbers rise, up to 32767 and again from 300", in_order);
	check("a group's number is nobody else's", !held_given);
	return count;
}

int main(void)
{
	unsigned long before = free_memory();
	uint64_t start, longest = 0;
	pid_t member, held, middle = 0;
	int count, again = 0, i;

	for (i = 0; i < 300; i++)
		waitpid(fork_child(), NULL, 0); // lower numbers are used only once
	held = leave_group(&member);
	count = take_all(held, &middle);
	check("32,000 processes and more", count > 32000);
	for (i = 0; i < 2; i++) {
		start = instructions();
		again += fork_child() > 0;
		start = instructions() - start;
		longest = start > longest ? start : longest;
	}
	say("%d of 2 more\n", again);
	check("that is known at once", longest < BOUND);

	waitpid(middle, NULL, 0);
	check("the number that is free is found", fork_child() == middle);
	kill(-held, SIGKILL);
	while (kill(member, 0) == 0)
		sched_yield(); // its parent now buries it
	check("the numbers of group and member are free",
	      fork_child() + fork_child() == held + member);
	show("one more", fork_child());

	while (wait(NULL) > 0)
		;
	check("all memory is free again", before - free_memory() < 4 * 4096);
	return 0;
}
