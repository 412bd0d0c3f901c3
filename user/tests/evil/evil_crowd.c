// limit: 120
// mem: 704
// kernel: normal
// stretch
// What concerns thousands of processes at once lets others run: signals for all of them and for a large
// group, priorities, the choice of a victim where memory is gone, the end of a process with thousands of
// children, living and dead.

#include "leak.h"
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define CROWD 9000
#define DEAD 31000
#define HOG (680u << 20)

static int ready[2];

static void count_signal(int signo)
{
	(void)signo;
}

// A process with a group of its own and CROWD children that wait in it. Its number comes when all are
// there; it ends when it is killed.
static pid_t start_crowd(void)
{
	pid_t pid = fork_or_end();

	if (pid == 0) {
		setpgid(0, 0);
		for (int i = 0; i < CROWD; i++)
			if (fork_or_end() == 0)
				for (;;)
					pause();
		write(ready[1], "!", 1);
		for (;;)
			pause();
	}
	read(ready[0], &(char){ 0 }, 1);
	return pid;
}

// Take memory until that is the end.
static void be_hog(void)
{
	char *memory = mmap(NULL, HOG, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	for (size_t i = 0; i < HOG; i += 4096)
		memory[i] = 1;
	_exit(0);
}

static void wait_for_memory(unsigned long before)
{
	while (free_memory() + 64 * 4096 < before)
		usleep(10000);
}

static void living(void)
{
	unsigned long before = free_memory();
	pid_t crowd = start_crowd(), hog;
	int status = 0;

	show("a signal for the group", kill(-crowd, SIGUSR1));
	show("a signal for nobody", kill(-crowd, 0));
	show("a signal for all", kill(-1, SIGUSR1));
	show("priorities of all", syscall(SYS_setpriority, PRIO_USER, 0, 1));
	show("priorities of the group", syscall(SYS_setpriority, PRIO_PGRP, crowd, 2));
	hog = fork_or_end();
	if (hog == 0)
		be_hog();
	waitpid(hog, &status, 0);
	show_status("who takes all memory", status);
	kill(crowd, SIGKILL);
	waitpid(crowd, &status, 0);
	show_status("who has them as children", status);
	show("the group", kill(-crowd, SIGKILL));
	wait_for_memory(before);
}

// A process whose children have ended, and has waited for none of them.
static void dead(void)
{
	pid_t pid = fork_or_end(), child = 1;

	if (pid == 0) {
		int count = 0;

		for (; count < DEAD && child > 0; count++) {
			child = fork();
			if (child == 0)
				_exit(0);
			if (count % 64 == 0)
				sched_yield();
		}
		check("thousands have ended", count > 30000);
		show("none of a group", waitpid(-1000000, NULL, WNOHANG));
		show("none with another signal", waitpid(-1, NULL, WNOHANG | (int)WCLONE));
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

int main(void)
{
	unsigned long before = free_memory();

	signal(SIGUSR1, count_signal);
	pipe(ready);
	living();
	dead();
	wait_for_memory(before);
	return 0;
}
