// What only CAP_SYS_RESOURCE allows with POSIX message queues: long messages, many of them, many queues.
// On Linux only root of the first user namespace has it, which records are not made by.

#include "../test.h"
#include "mq_text.h"

#include <mqueue.h>
#include <sys/resource.h>

static char text[70000];

static mqd_t make(const char *name, long messages, long size)
{
	struct mq_attr attr = { .mq_maxmsg = messages, .mq_msgsize = size };

	return mq_open(name, O_CREAT | O_RDWR | O_NONBLOCK, 0600, &attr);
}

static void try(const char *what, long messages, long size)
{
	mqd_t queue = make("/try", messages, size);

	show(what, queue < 0 ? -1 : close(queue));
	mq_unlink("/try");
}

static void long_messages(void)
{
	mqd_t queue = make("/long", 2, 65000);

	fill_text(text, sizeof(text));
	show("the longest", mq_send(queue, text, 65000, 1));
	show("too long", mq_send(queue, text, 65001, 1));
	show("a page", mq_send(queue, text, 4096, 0));
	memset(text, 0, sizeof(text));
	show("a small buffer", mq_receive(queue, text, 64999, NULL));
	show("the longest", mq_receive(queue, text, sizeof(text), NULL));
	say("  %lu bytes are right\n", right_bytes(text, 65000));
	show("a page", mq_receive(queue, text, sizeof(text), NULL));
	show("the longest, from nowhere", mq_send(queue, (void *)0xbfffff00, 65000, 1));
	mq_send(queue, text, 65000, 1);
	show("a queue with a message ends", mq_unlink("/long") | mq_close(queue));
}

// Messages of a few priorities come out by priority, and in their order.
static void many_messages(void)
{
	unsigned int number, priority, last = 0, before = 8, wrong = 0;
	mqd_t queue = make("/many", 1000, sizeof(number));
	int n = 0;

	for (number = 0; number < 1000; number++)
		n += mq_send(queue, (char *)&number, sizeof(number), number * 5 % 8) == 0;
	say("%d messages are sent\n", n);
	show("one more", mq_send(queue, (char *)&number, sizeof(number), 0));
	for (n = 0; mq_receive(queue, (char *)&number, sizeof(number), &priority) >= 0; n++) {
		wrong += priority > before || (priority == before && number <= last) ||
		         number * 5 % 8 != priority;
		before = priority;
		last = number;
	}
	say("%d are received, %u of them wrong\n", n, wrong);
	for (number = 0; number < 1000; number++)
		mq_send(queue, (char *)&number, sizeof(number), number % 100);
	mq_close(queue);
	show("a full queue ends", mq_unlink("/many"));
}

static void many_queues(void)
{
	char name[16];
	int n = 0, removed = 0;

	do {
		mqd_t queue;

		snprintf(name, sizeof(name), "/%d", n);
		queue = make(name, 1, 1);
		if (queue < 0)
			break;
		close(queue);
	} while (++n < 400);
	say("%d queues\n", n);
	for (int i = 0; i <= n; i++) { // the last one may have a name, but no descriptor
		snprintf(name, sizeof(name), "/%d", i);
		removed += mq_unlink(name) == 0;
	}
	say("%d are removed\n", removed);
}

static void limits(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	try("more than the default", 11, 8193);
	try("the most messages", 65536, 1);
	try("beyond the limit", 100, 8192);
	show("no limit", setrlimit(RLIMIT_MSGQUEUE, &limit));
	try("beyond the old limit", 100, 8192);
	try("the most", 65536, 16777216);
	try("too many messages", 65537, 1);
	try("too many bytes", 1, 16777217);
}

int main(void)
{
	limits();
	long_messages();
	many_messages();
	many_queues();
	return 0;
}
