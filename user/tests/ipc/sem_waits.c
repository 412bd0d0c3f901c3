// System V semaphores: calls that wait, who goes on first, what ends a wait, and what the end of a process
// takes back.

#include "../asleep.h"
#include "sysv.h"

#include <sys/sem.h>

static int id, order[2];

static void set(int a, int b)
{
	unsigned short values[2] = { (unsigned short)a, (unsigned short)b };

	semctl(id, 0, SETALL, values);
}

static void values(const char *what)
{
	unsigned short is[2];

	semctl(id, 0, GETALL, is);
	say("%s: %u %u; %d %d wait, %d %d for 0\n", what, is[0], is[1], semctl(id, 0, GETNCNT, 0),
	    semctl(id, 1, GETNCNT, 0), semctl(id, 0, GETZCNT, 0), semctl(id, 1, GETZCNT, 0));
}

static int op(int number, int value, int flags)
{
	struct sembuf operation = { (unsigned short)number, (short)value, (short)flags };

	return semop(id, &operation, 1);
}

// Start a child that does up to two operations, and wait until it sleeps.
static pid_t waiter(const char *name, int a, int b, int flags)
{
	struct sembuf ops[2] = { { 0, (short)a, (short)flags }, { 1, (short)b, (short)flags } };
	pid_t pid = fork_or_end();

	if (pid == 0) {
		int result = b == 77 ? semop(id, ops, 1) : semop(id, ops, 2);
		const char *how = result ? error_name(errno) : "done";

		dprintf(order[1], "%s: %s\n", name, how);
		_exit(result ? 1 : 0);
	}
	let_sleep(pid);
	return pid;
}

static void finish(const char *what, int count)
{
	show_lines(order[0], what, count);
}

static void first_come(void)
{
	set(0, 0);
	waiter("large", -3, 77, 0);
	waiter("small", -1, 77, 0);
	waiter("second small", -1, 77, 0);
	values("three wait");
	op(0, 1, 0);
	values("one more");
	finish("the first that can", 1);
	op(0, 4, 0);
	values("four more");
	finish("in the end", 2);
}

static void for_zero(void)
{
	set(1, 1);
	waiter("lock", 0, 77, 0);
	waiter("zero", 0, 0, 0);
	values("two wait for 0");
	op(0, -1, 0);
	finish("the first is 0", 1);
	values("one waits");
	op(1, -1, 0);
	finish("both are 0", 1);
}

// Operations that wait for 0 only come before others.
static void zero_first(void)
{
	struct sembuf take[2] = { { 0, 0, 0 }, { 0, 1, 0 } };
	pid_t pid;

	set(1, 0);
	pid = fork_or_end();
	if (pid == 0) {
		semop(id, take, 2);
		dprintf(order[1], "taken\n");
		_exit(0);
	}
	let_sleep(pid);
	waiter("zero", 0, 77, 0);
	values("both wait for 0");
	op(0, -1, 0);
	finish("both", 2);
	values("one has added");
}

static void two_at_once(void)
{
	set(0, 0);
	waiter("both", -1, -1, 0);
	values("waits for the first");
	op(0, 1, 0);
	values("waits for the second");
	op(1, 1, 0);
	finish("both", 1);
	values("taken");
}

static void removed(void)
{
	set(0, 1);
	waiter("takes", -1, 77, 0);
	waiter("zero", -1, 0, 0);
	show("remove", semctl(id, 0, IPC_RMID, 0));
	while (wait(NULL) > 0)
		continue;
	finish("removed", 0);
	id = semget(IPC_PRIVATE, 2, 0600);
}

static void on_signal(int signal)
{
	(void)signal;
}

static void signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct timespec soon = { 0, 20000000 };
	struct sembuf take = { 0, -1, 0 };
	pid_t pid;

	sigaction(SIGUSR1, &action, NULL);
	set(0, 0);
	pid = waiter("takes", -1, 77, 0);
	kill(pid, SIGUSR1);
	finish("a signal", 1);
	values("nobody waits");
	pid = waiter("takes", -1, 77, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	values("killed");
	show("time-out", semtimedop(id, &take, 1, &soon));
	values("nobody waits");
}

static void undoer(void)
{
	op(0, -2, SEM_UNDO);
	op(0, -1, SEM_UNDO);
	op(1, 5, SEM_UNDO);
	op(1, 1, 0);
	values("in the child");
}

static void no_longer(void)
{
	op(0, -2, SEM_UNDO);
	semctl(id, 0, SETVAL, 1);
	op(1, -2, SEM_UNDO);
	values("in the child");
}

static void set_all(void)
{
	op(0, -2, SEM_UNDO);
	set(3, 3);
	op(1, -2, SEM_UNDO);
	values("in the child");
}

static void too_much(void)
{
	op(0, 5, SEM_UNDO);
	op(1, -5, SEM_UNDO);
	op(0, -5, 0);
	op(1, 32767, 0);
	values("in the child");
}

static void grandchild(void)
{
	op(0, -1, SEM_UNDO);
	show_status("its child", run_child(undoer));
	values("after its child");
}

static void execs(void)
{
	char *const args[] = { "true", NULL };

	op(0, -1, SEM_UNDO);
	execv("/bin/true", args);
}

static void removes(void)
{
	int other = semget(IPC_PRIVATE, 3, 0600);
	struct sembuf add = { 2, 1, SEM_UNDO };

	semop(other, &add, 1);
	op(0, -1, SEM_UNDO);
	show("remove", semctl(other, 0, IPC_RMID, 0));
}

static void undo(void)
{
	set(5, 5);
	show_child("ends", undoer);
	values("taken back");
	set(5, 5);
	show_child("ends", no_longer);
	values("not what was set");
	set(5, 5);
	show_child("ends", set_all);
	values("not what was set");
	set(0, 5);
	show_child("ends", too_much);
	values("within the range");
	set(9, 9);
	show_child("ends", grandchild);
	values("taken back");
	set(9, 9);
	show_child("ends", execs);
	values("also after exec");
	show_child("ends", removes);
	values("taken back");
	set(1, 0);
	op(0, -1, SEM_UNDO);
	waiter("waits with undo", -1, 77, SEM_UNDO);
	op(0, 1, SEM_UNDO);
	finish("got it", 1);
	values("and it came back");
	check("by the child", semctl(id, 0, GETPID, 0) != getpid());
}

int main(void)
{
	pipe(order);
	id = semget(IPC_PRIVATE, 2, 0600);
	first_come();
	for_zero();
	zero_first();
	two_at_once();
	removed();
	signals();
	undo();
	semctl(id, 0, IPC_RMID, 0);
	return 0;
}
