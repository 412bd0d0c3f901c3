// stretch
// mem: 256
// Large sets of System V semaphores, many calls that wait, and many sets.

#include "../asleep.h"
#include "../thread.h"
#include "sysv.h"

#include <sys/sem.h>

#define LARGE 32000
#define WAITERS 120
#define SETS 200
#define CHAIN 6000
#define STACK 256

static unsigned short values[LARGE];

static void large(void)
{
	int id = semget(IPC_PRIVATE, LARGE, 0600), sum = 0;
	struct sembuf ops[500];

	for (int i = 0; i < LARGE; i++)
		values[i] = (unsigned short)(i % 3);
	show("set all", semctl(id, 0, SETALL, values));
	memset(values, 0, sizeof(values));
	show("get all", semctl(id, 0, GETALL, values));
	for (int i = 0; i < LARGE; i++)
		sum += values[i];
	say("sum %d\n", sum);
	for (int i = 0; i < 500; i++)
		ops[i] = (struct sembuf){ (unsigned short)(i * 64), 3, SEM_UNDO };
	for (int i = 0; i < 20; i++)
		if (semop(id, ops, 500))
			say("semop: %s\n", error_name(errno));
	show("the last", semctl(id, 499 * 64, GETVAL, 0));
	show("remove", semctl(id, 0, IPC_RMID, 0));
}

// Many calls wait with many operations each, and all of them fail at the last one, again and again.
static void wait_with_many(void)
{
	int id = semget(IPC_PRIVATE, 3, 0600), status = 0;
	struct sembuf ops[500], add = { 0, 1, 0 };

	for (int i = 0; i < 500; i++)
		ops[i] = (struct sembuf){ 2, (short)(i % 2 ? -1 : 1), 0 };
	ops[0] = (struct sembuf){ 0, -1, 0 };
	ops[499] = (struct sembuf){ 1, -1, 0 };
	for (int i = 0; i < WAITERS; i++) {
		pid_t pid = fork_or_end();

		if (pid == 0)
			_exit(semop(id, ops, 500) ? 1 : 0);
		let_sleep(pid);
	}
	semctl(id, 2, SETVAL, 1);
	semctl(id, 0, SETVAL, 1000);
	say("%d wait for the first, %d for the second\n", semctl(id, 0, GETNCNT, 0),
	    semctl(id, 1, GETNCNT, 0));
	for (int i = 0; i < 5; i++)
		semop(id, &add, 1);
	show("let one go", semctl(id, 1, SETVAL, 1));
	wait(&status);
	show_status("it", status);
	show("remove", semctl(id, 0, IPC_RMID, 0));
	for (int i = 1; i < WAITERS; i++)
		wait(NULL);
}

// A process has changed semaphores of many sets.
static void many_sets(void)
{
	int ids[SETS], count = 0;
	struct sembuf add = { 99, 2, SEM_UNDO };

	for (int i = 0; i < SETS; i++)
		ids[i] = semget(IPC_PRIVATE, 100, 0600);
	if (fork_or_end() == 0) {
		for (int i = 0; i < SETS; i++)
			semop(ids[i], &add, 1);
		_exit(0);
	}
	wait(NULL);
	for (int i = 0; i < SETS; i++) {
		count += semctl(ids[i], 99, GETVAL, 0);
		semctl(ids[i], 0, IPC_RMID, 0);
	}
	say("left of all: %d\n", count);
}

static volatile int passed, asleep;
static int chain;

static void pass_on(void *arg)
{
	struct sembuf ops[2] = { { 0, -1, 0 }, { 1, 1, 0 } };

	(void)arg;
	__atomic_add_fetch(&asleep, 1, __ATOMIC_SEQ_CST);
	raw(SYS_ipc, 1, chain, 2, 0, (long)ops); // SEMOP
	__atomic_add_fetch(&passed, 1, __ATOMIC_SEQ_CST);
}

// Thousands of calls go on at once. Each raises a value, so the others are tried again.
static void go_on_together(void)
{
	static char stacks[CHAIN][STACK] __attribute__((aligned(16)));

	chain = semget(IPC_PRIVATE, 2, 0600);
	for (int i = 0; i < CHAIN; i++)
		clone_raw(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		                  CLONE_SYSVSEM,
		          stacks[i] + STACK, pass_on, NULL, NULL, NULL, NULL);
	while (asleep < CHAIN || semctl(chain, 0, GETNCNT, 0) < CHAIN)
		sleep_ms(1);
	semctl(chain, 0, SETVAL, CHAIN);
	while (passed < CHAIN)
		sleep_ms(1);
	say("all went on: %d\n", semctl(chain, 1, GETVAL, 0));
	semctl(chain, 0, IPC_RMID, 0);
}

int main(void)
{
	large();
	wait_with_many();
	many_sets();
	go_on_together();
	return 0;
}
