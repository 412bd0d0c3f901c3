// What a stop and SIGCONT do to calls on System V objects that sleep.

#include "../asleep.h"
#include "sysv.h"

#include <sys/sem.h>

static int id;

static void sleep_in_semop(void)
{
	struct sembuf take = { 0, -1, 0 };

	show("semop", semop(id, &take, 1));
}

// Stop and continue a child that sleeps in `function`, and then let it end.
static void stop(const char *what, void (*function)(void), void (*let_end)(void))
{
	pid_t pid = fork_or_end();
	int status;

	if (pid == 0) {
		function();
		_exit(0);
	}
	let_sleep(pid);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	sleep_ms(20);
	let_sleep(pid);
	let_end();
	waitpid(pid, &status, 0);
	show_status(what, status);
}

static void add(void)
{
	struct sembuf one = { 0, 1, 0 };

	semop(id, &one, 1);
}

int main(void)
{
	id = semget(IPC_PRIVATE, 1, 0600);
	stop("stopped in semop", sleep_in_semop, add);
	show("value", semctl(id, 0, GETVAL, 0));
	semctl(id, 0, IPC_RMID, 0);
	return 0;
}
