// System V messages: calls that wait, and what ends their waits.

#include "../asleep.h"
#include "sysv.h"

#include <sys/msg.h>

struct message {
	long type;
	char text[8192];
};

static int id, lines[2];
static struct message message;

static void queue(const char *what)
{
	struct msqid_ds ds;

	msgctl(id, IPC_STAT, &ds);
	say("%s: %u messages, %u bytes\n", what, ds.msg_qnum, ds.msg_cbytes);
}

static pid_t receiver(const char *name, size_t size, long type, int flags)
{
	pid_t pid = fork_or_end();

	if (pid == 0) {
		ssize_t n = msgrcv(id, &message, size, type, flags);

		dprintf(lines[1], "%s: %ld %s\n", name, (long)n,
		        n < 0 ? error_name(errno) : message.text);
		_exit(0);
	}
	let_sleep(pid);
	return pid;
}

static pid_t sender(const char *name, long type, size_t size)
{
	pid_t pid = fork_or_end();

	if (pid == 0) {
		message.type = type;
		strcpy(message.text, name);
		dprintf(lines[1], "%s: %s\n", name,
		        msgsnd(id, &message, size, 0) ? error_name(errno) : "sent");
		_exit(0);
	}
	let_sleep(pid);
	return pid;
}

static void send_text(long type, const char *text)
{
	message.type = type;
	strcpy(message.text, text);
	if (msgsnd(id, &message, strlen(text) + 1, IPC_NOWAIT))
		say("%s: %s\n", text, error_name(errno));
}

static void finish(const char *what)
{
	show_lines(lines[0], what, 1);
}

static void receivers(void)
{
	receiver("type 3", 100, 3, 0);
	receiver("at most 2", 100, -2, 0);
	receiver("not 1", 100, 1, MSG_EXCEPT);
	receiver("short", 4, 4, 0);
	receiver("cut", 4, 0, MSG_NOERROR);
	send_text(1, "one");
	finish("type 1");
	send_text(4, "four");
	finish("type 4");
	send_text(4, "a long one");
	show_lines(lines[0], "type 4", 2);
	queue("handed over");
	send_text(4, "stays");
	queue("stays");
	send_text(3, "three");
	finish("type 3");
	queue("one is left");
	msgrcv(id, &message, 100, 0, 0);
}

static void senders(void)
{
	send_text(1, "first");
	message.type = 2;
	msgsnd(id, &message, 7000, IPC_NOWAIT);
	msgsnd(id, &message, 8192, IPC_NOWAIT);
	msgsnd(id, &message, 100, IPC_NOWAIT);
	queue("nearly full");
	sender("large", 3, 8192);
	sender("small", 4, 2000);
	queue("two wait");
	msgrcv(id, &message, 8192, 1, 0);
	queue("no room yet");
	msgrcv(id, &message, 8192, 2, 0);
	finish("room");
	queue("one waits");
	msgrcv(id, &message, 8192, 2, 0);
	finish("room for one");
	queue("both have sent");
	msgrcv(id, &message, 8192, 0, 0);
	msgrcv(id, &message, 8192, 0, 0);
	msgrcv(id, &message, 8192, 0, 0);
	queue("none is left");
}

static void more_room(void)
{
	struct msqid_ds ds;

	message.type = 1;
	msgctl(id, IPC_STAT, &ds);
	ds.msg_qbytes = 8192;
	show("fewer bytes", msgctl(id, IPC_SET, &ds));
	msgsnd(id, &message, 8192, IPC_NOWAIT);
	sender("large", 3, 8192);
	ds.msg_qbytes = 16384;
	show("more bytes", msgctl(id, IPC_SET, &ds));
	finish("room");
	while (msgrcv(id, &message, 8192, 0, IPC_NOWAIT) >= 0)
		continue;
}

static void removed(void)
{
	struct msqid_ds ds;

	receiver("waits", 100, 0, 0);
	show("remove", msgctl(id, IPC_RMID, NULL));
	finish("removed");
	id = msgget(IPC_PRIVATE, 0600);
	receiver("waits", 100, 0, 0);
	msgctl(id, IPC_STAT, &ds);
	msgctl(id, IPC_SET, &ds);
	show("remove", msgctl(id, IPC_RMID, NULL));
	finish("changed and removed at once");
	id = msgget(IPC_PRIVATE, 0600);
	message.type = 1;
	msgsnd(id, &message, 8192, IPC_NOWAIT);
	msgsnd(id, &message, 8192, IPC_NOWAIT);
	sender("waits", 1, 1);
	show("remove", msgctl(id, IPC_RMID, NULL));
	finish("removed");
	id = msgget(IPC_PRIVATE, 0600);
}

static void on_signal(int signal)
{
	(void)signal;
}

static void signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	pid_t pid;
	int status;

	sigaction(SIGUSR1, &action, NULL);
	pid = receiver("waits", 100, 0, 0);
	kill(pid, SIGUSR1);
	finish("a signal");
	message.type = 1;
	msgsnd(id, &message, 8192, IPC_NOWAIT);
	msgsnd(id, &message, 8192, IPC_NOWAIT);
	pid = sender("waits", 1, 1);
	kill(pid, SIGUSR1);
	finish("a signal");
	pid = sender("waits", 1, 1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	msgrcv(id, &message, 8192, 0, 0);
	msgrcv(id, &message, 8192, 0, 0);
	queue("killed");
	pid = receiver("waits", 100, 0, 0);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	let_sleep(pid);
	send_text(1, "after a stop");
	finish("continued");
}

int main(void)
{
	pipe(lines);
	id = msgget(IPC_PRIVATE, 0600);
	receivers();
	senders();
	more_room();
	removed();
	signals();
	msgctl(id, IPC_RMID, NULL);
	return 0;
}
