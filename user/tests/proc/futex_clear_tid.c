// A process that leaves memory which others still have clears the word that set_tid_address named, and
// wakes who waits there: when it ends, and when it executes a program.

#include "../asleep.h"
#include <sys/mman.h>

#define WAIT 0

static int *word; // shared

static void show_leaving(const char *how, void (*leave)(void), bool share)
{
	pid_t waiter = fork_or_end(), pid;
	int status;

	*word = 7;
	if (waiter == 0) {
		const struct timespec some = { 0, 200000000 };

		_exit(syscall(SYS_futex, word, WAIT, 7, &some, NULL, 0) == 0 ? 0 : errno);
	}
	let_become(waiter, 'S');
	pid = share ? vfork() : fork();
	if (pid == 0) {
		syscall(SYS_set_tid_address, word);
		leave();
	}
	waitpid(pid, NULL, 0);
	waitpid(waiter, &status, 0);
	say("%s: the word is %d, the waiter's error %s\n", how, *word,
	    error_name(WEXITSTATUS(status)));
}

static void end(void)
{
	_exit(0);
}

static void execute(void)
{
	execve("/bin/true", (char *[]){ "true", NULL }, environ);
	_exit(1);
}

static void be_killed(void)
{
	kill(getpid(), SIGKILL);
}

int main(void)
{
	word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*word = 7;
	show_leaving("end", end, true);
	show_leaving("execute", execute, true);
	show_leaving("killed", be_killed, true);
	show_leaving("end of memory of its own", end, false);
	show_leaving("execute in memory of its own", execute, false);
	return 0;
}
