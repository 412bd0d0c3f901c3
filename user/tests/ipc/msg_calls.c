// System V messages: making, describing, changing and removing queues; choosing messages; errors of all calls.

#include "sysv.h"

#include <limits.h>
#include <sys/msg.h>

static int id;

struct message {
	long type;
	char text[9000];
};

static void stat_queue(const char *what)
{
	struct msqid_ds ds;

	memset(&ds, 0x55, sizeof(ds));
	if (show(what, msgctl(id, IPC_STAT, &ds)))
		return;
	show_perm(&ds.msg_perm);
	say("  %u messages, %u of %u bytes; sent: %s, received: %s, changed: %s\n", ds.msg_qnum,
	    ds.msg_cbytes, ds.msg_qbytes, ds.msg_stime ? "yes" : "no", ds.msg_rtime ? "yes" : "no",
	    ds.msg_ctime ? "yes" : "no");
	say("  sent by this: %s, received by this: %s\n", ds.msg_lspid == getpid() ? "yes" : "no",
	    ds.msg_lrpid == getpid() ? "yes" : "no");
}

static void made(const char *what, int result)
{
	if (result < 0)
		show(what, result);
	else
		say("%s: %s\n", what, result == id ? "the queue" : "another one");
}

static int send_text(long type, const char *text)
{
	struct message message = { .type = type };

	strcpy(message.text, text);
	return msgsnd(id, &message, strlen(text), IPC_NOWAIT);
}

static void receive(const char *what, size_t size, long type, int flags)
{
	struct message message = { 0 };
	ssize_t n = msgrcv(id, &message, size, type, flags | IPC_NOWAIT);

	if (n < 0)
		show(what, n);
	else
		say("%s: %ld \"%s\", type %ld\n", what, (long)n, message.text, message.type);
}

static void gets(void)
{
	made("no such key", msgget(KEY, 0600));
	id = msgget(KEY, IPC_CREAT | IPC_EXCL | 0640);
	check("made", id >= 0);
	stat_queue("new");
	made("same key", msgget(KEY, 0));
	made("exclusive", msgget(KEY, IPC_CREAT | IPC_EXCL));
}

static void send_all(void)
{
	send_text(3, "three");
	send_text(1, "one");
	send_text(5, "five");
	send_text(2, "two");
	send_text(1, "another one");
	send_text(INT_MAX, "largest");
}

static void choices(void)
{
	send_all();
	stat_queue("six");
	receive("any", 100, 0, 0);
	receive("type 5", 100, 5, 0);
	receive("type 4", 100, 4, 0);
	receive("at most 2", 100, -2, 0);
	receive("at most 2", 100, -2, 0);
	receive("at most 1", 100, -1, 0);
	receive("not 2", 100, 2, MSG_EXCEPT);
	receive("not 2", 100, 2, MSG_EXCEPT);
	receive("at most the largest", 100, INT_MIN, 0);
	receive("any", 100, 0, 0);
	send_all();
	receive("any but 0", 100, 0, MSG_EXCEPT);
	receive("not -2", 100, -2, MSG_EXCEPT);
	receive("too long", 2, 5, 0);
	receive("cut", 2, 5, MSG_NOERROR);
	receive("size 0", 0, 2, 0);
	receive("cut to nothing", 0, 2, MSG_NOERROR);
	receive("copy 0", 100, 0, MSG_COPY);
	receive("copy 1", 100, 1, MSG_COPY);
	receive("copy 7", 100, 7, MSG_COPY);
	receive("copy -1", 100, -1, MSG_COPY);
	receive("copy, too long", 1, 0, MSG_COPY);
	receive("copy, cut", 1, 0, MSG_COPY | MSG_NOERROR);
	receive("copy and except", 100, 0, MSG_COPY | MSG_EXCEPT);
	show("copy and wait", msgrcv(id, (void *)8, 100, 0, MSG_COPY));
	stat_queue("some are left");
	while (msgrcv(id, (struct message[1]){}, 100, 0, IPC_NOWAIT) >= 0)
		continue;
	stat_queue("none is left");
}

static void errors(void)
{
	struct message message = { 1, "text" };

	show("type 0", msgsnd(id, &(struct message){ 0, "" }, 4, 0));
	show("type -1", msgsnd(id, &(struct message){ -1, "" }, 4, 0));
	show("8193 bytes", msgsnd(id, &message, 8193, 0));
	show("-1 bytes", msgsnd(id, &message, (size_t)-1, 0));
	show("id -1", msgsnd(-1, &message, 4, 0));
	show("unknown id", msgsnd(0x7ffffff0, &message, 4, 0));
	show("from nowhere", msgsnd(id, (void *)8, 4, 0));
	show("from nowhere, id -1", msgsnd(-1, (void *)8, 4, 0));
	show("receive id -1", msgrcv(-1, &message, 4, 0, IPC_NOWAIT));
	show("receive unknown id", msgrcv(0x7ffffff0, &message, 4, 0, IPC_NOWAIT));
	show("receive -1 bytes", msgrcv(id, &message, (size_t)-1, 0, IPC_NOWAIT));
	show("send", msgsnd(id, &message, 4, 0));
	show("receive to nowhere", msgrcv(id, (void *)8, 4, 0, IPC_NOWAIT));
	stat_queue("it is lost");
	show("nothing", msgsnd(id, &message, 0, 0));
	receive("nothing", 100, 0, 0);
	show("command 77", msgctl(id, 77, NULL));
	show("stat to nowhere", msgctl(id, IPC_STAT, (void *)8));
	show("set from nowhere", msgctl(0x7ffffff0, IPC_SET, (void *)8));
	show("limits to nowhere", msgctl(0, IPC_INFO, (void *)8));
}

static void fill(void)
{
	static struct message message = { 1, "" };
	int count = 0;

	while (msgsnd(id, &message, 8192, IPC_NOWAIT) == 0)
		count++;
	say("%d large ones, then %s\n", count, error_name(errno));
	show("nothing fits", msgsnd(id, &message, 0, IPC_NOWAIT));
	receive("one", 9000, 0, 0);
	show("now it fits", msgsnd(id, &message, 8191, IPC_NOWAIT));
	show("and one byte", msgsnd(id, &message, 1, IPC_NOWAIT));
	show("nothing", msgsnd(id, &message, 0, IPC_NOWAIT));
	show("one byte", msgsnd(id, &message, 1, IPC_NOWAIT));
	while (msgrcv(id, &message, 9000, 0, IPC_NOWAIT) >= 0)
		continue;
	message.type = 1;
	for (count = 0; msgsnd(id, &message, 0, IPC_NOWAIT) == 0;)
		count++;
	say("%d empty ones, then %s\n", count, error_name(errno));
	while (msgrcv(id, &message, 9000, 0, IPC_NOWAIT) >= 0)
		continue;
}

// As another user.
static void stranger(void)
{
	struct msqid_ds ds;

	become(1000);
	made("find", msgget(KEY, 0));
	made("find to read", msgget(KEY, 0444));
	show("send", send_text(1, "x"));
	receive("receive", 100, 0, 0);
	show("stat", msgctl(id, IPC_STAT, &ds));
	check("stat any", msgctl(id & 0x7fff, MSG_STAT_ANY, &ds) == id);
	show("set", msgctl(id, IPC_SET, &ds));
	show("remove", msgctl(id, IPC_RMID, NULL));
}

// The owner, without privileges.
static void owner(void)
{
	struct msqid_ds ds;

	become(1000);
	msgctl(id, IPC_STAT, &ds);
	ds.msg_qbytes = 16385;
	show("set 16385 bytes", msgctl(id, IPC_SET, &ds));
	ds.msg_qbytes = 16384;
	show("set 16384 bytes", msgctl(id, IPC_SET, &ds));
	ds.msg_perm.mode = 0;
	ds.msg_qbytes = 5;
	show("set 5 bytes", msgctl(id, IPC_SET, &ds));
	show("send", send_text(1, "x"));
}

static void set_queue(void)
{
	struct msqid_ds ds;

	msgctl(id, IPC_STAT, &ds);
	ds.msg_perm.uid = 1000;
	ds.msg_qbytes = 10000;
	show("set", msgctl(id, IPC_SET, &ds));
	stat_queue("set");
	show_child("its owner", owner);
	stat_queue("set by its owner");
	show("six bytes", send_text(1, "123456"));
	show("five bytes", send_text(1, "12345"));
	show("none", send_text(1, ""));
}

static void counts(void)
{
	struct msginfo info;
	struct msqid_ds ds;
	int highest, found = 0;

	check("limits", msgctl(0, IPC_INFO, (void *)&info) >= 0);
	say("  %d %d %d %d %d %d %d %u\n", info.msgpool, info.msgmap, info.msgmax, info.msgmnb,
	    info.msgmni, info.msgssz, info.msgtql, info.msgseg);
	highest = msgctl(0, MSG_INFO, (void *)&info);
	say("queues %d, messages %d, bytes %d\n", info.msgpool, info.msgmap, info.msgtql);
	for (int i = 0; i <= highest; i++)
		if (msgctl(i, MSG_STAT, &ds) == id)
			found++;
	say("found %d\n", found);
	show_file("/proc/sys/kernel/msgmax");
	show_file("/proc/sys/kernel/msgmnb");
	show_file("/proc/sys/kernel/msgmni");
}

int main(void)
{
	gets();
	choices();
	errors();
	fill();
	show_child("a stranger", stranger);
	set_queue();
	counts();
	show("remove", msgctl(id, IPC_RMID, NULL));
	show("remove again", msgctl(id, IPC_RMID, NULL));
	stat_queue("removed");
	return 0;
}
