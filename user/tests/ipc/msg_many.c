// stretch
// System V messages: full queues, many calls that wait, and the end of a queue with both.

#include "../asleep.h"
#include "sysv.h"

#include <sys/msg.h>

#define WAITERS 150

static struct {
	long type;
	char text[8192];
} message;

// As many empty messages as there can be, of which only the last has the lowest type.
static void full_queue(void)
{
	int id = msgget(IPC_PRIVATE, 0600), count = 0;

	message.type = 9;
	while (msgsnd(id, &message, 0, IPC_NOWAIT) == 0)
		count++;
	say("%d messages\n", count);
	show("take one", msgrcv(id, &message, 0, 0, 0));
	message.type = 3;
	show("one of a lower type", msgsnd(id, &message, 0, 0));
	show("take it", msgrcv(id, &message, 0, -8, 0));
	say("type %ld\n", message.type);
	show("no such type", msgrcv(id, &message, 0, 4, IPC_NOWAIT));
	show("remove", msgctl(id, IPC_RMID, NULL));
}

// Many receivers want a message that is too long for all but the last, which wants another type.
static void many_receivers(void)
{
	int id = msgget(IPC_PRIVATE, 0600), status, small = 0;

	for (int i = 0; i < WAITERS; i++) {
		pid_t pid = fork_or_end();

		if (pid == 0)
			_exit(msgrcv(id, &message, 4, i == WAITERS - 1 ? 2 : 1, 0) < 0 ? errno : 0);
		let_sleep(pid);
	}
	message.type = 1;
	show("send a long one", msgsnd(id, &message, 5, 0));
	for (int i = 1; i < WAITERS; i++)
		if (wait(&status) > 0 && WEXITSTATUS(status) == E2BIG)
			small++;
	say("too long for %d\n", small);
	show("it is there", msgrcv(id, &message, 5, 1, IPC_NOWAIT));
	show("remove", msgctl(id, IPC_RMID, NULL));
	wait(&status);
	check("the last learns of that", WEXITSTATUS(status) == EIDRM);
}

// Many senders wait for room of one byte each, which comes all at once.
static void many_senders(void)
{
	int id = msgget(IPC_PRIVATE, 0600), status, sent = 0;
	struct msqid_ds ds;

	message.type = 1;
	msgsnd(id, &message, 8192, 0);
	msgsnd(id, &message, 8192, 0);
	for (int i = 0; i < WAITERS; i++) {
		pid_t pid = fork_or_end();

		if (pid == 0)
			_exit(msgsnd(id, &message, 1, 0) ? 1 : 0);
		let_sleep(pid);
	}
	show("make room", msgrcv(id, &message, 8192, 0, 0));
	for (int i = 0; i < WAITERS; i++)
		if (wait(&status) > 0 && status == 0)
			sent++;
	msgctl(id, IPC_STAT, &ds);
	say("%d have sent; %u messages with %u bytes\n", sent, ds.msg_qnum, ds.msg_cbytes);
	show("remove", msgctl(id, IPC_RMID, NULL));
}

int main(void)
{
	full_queue();
	many_receivers();
	many_senders();
	return 0;
}
