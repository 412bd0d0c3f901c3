// POSIX message queues: names, attributes, permissions, limits, the order of messages, the file that a
// queue is, and every error.

#include "mq_text.h"
#include "sysv.h"

#include <abi/limits.h>
#include <mqueue.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define NAME "/quire"
#define BAD ((void *)16)

static char text[10000];

static void show_attr(const char *what, mqd_t queue)
{
	struct mq_attr attr;

	if (show(what, mq_getattr(queue, &attr)) == 0)
		say("  flags %#lo, %ld of %ld messages of %ld bytes\n", attr.mq_flags,
		    attr.mq_curmsgs, attr.mq_maxmsg, attr.mq_msgsize);
}

// Open a queue and close it.
static void try(const char *what, const char *name, int flags, mode_t mode, struct mq_attr *attr)
{
	mqd_t queue = mq_open(name, flags, mode, attr);

	if (queue >= 0)
		close(queue);
	show(what, queue < 0 ? -1 : 0);
}

// Make a queue with these limits, and remove it.
static void try_attr(const char *what, long messages, long size)
{
	struct mq_attr attr = { .mq_flags = 0x123, .mq_maxmsg = messages, .mq_msgsize = size };

	try(what, "/attr", O_CREAT | O_RDWR, 0600, &attr);
	mq_unlink("/attr");
}

static void names(void)
{
	static char name[5000];

	show("no name", syscall(SYS_mq_open, "", O_CREAT | O_RDWR, 0600, NULL));
	show("a slash", syscall(SYS_mq_open, "/a", O_CREAT | O_RDWR, 0600, NULL));
	show("a slash inside", syscall(SYS_mq_open, "a/b", O_CREAT | O_RDWR, 0600, NULL));
	show("a dot", syscall(SYS_mq_open, ".", O_CREAT | O_RDWR, 0600, NULL));
	show("two dots", syscall(SYS_mq_open, "..", O_CREAT | O_RDWR, 0600, NULL));
	show("no address", syscall(SYS_mq_open, BAD, O_CREAT | O_RDWR, 0600, NULL));
	show("no attributes", syscall(SYS_mq_open, "a", O_CREAT | O_RDWR, 0600, BAD));
	show("a slash, no attributes", syscall(SYS_mq_open, "/a", O_CREAT | O_RDWR, 0600, BAD));
	memset(name, 'a', sizeof(name) - 1);
	name[0] = '/';
	show("a path too long", mq_open(name, O_RDWR));
	name[257] = '\0';
	show("a name too long", mq_open(name, O_RDWR));
	show("remove it", mq_unlink(name));
	name[256] = '\0';
	try("the longest name", name, O_CREAT | O_RDWR, 0600, NULL);
	show("remove it", mq_unlink(name));
	show("remove it again", mq_unlink(name));
	show("remove no name", syscall(SYS_mq_unlink, ""));
	show("remove a dot", syscall(SYS_mq_unlink, "."));
	show("remove a path", syscall(SYS_mq_unlink, "a/b"));
	show("remove no address", syscall(SYS_mq_unlink, BAD));
}

static void opening(void)
{
	mqd_t queue;

	show("none yet", mq_open(NAME, O_RDWR));
	queue = mq_open(NAME, O_CREAT | O_EXCL | O_RDWR, 0640, NULL);
	show_attr("the default", queue);
	show("flags", fcntl(queue, F_GETFL));
	show("flags of the descriptor", fcntl(queue, F_GETFD));
	try("exclusively", NAME, O_CREAT | O_EXCL | O_RDWR, 0600, NULL);
	try("again, with others", NAME, O_CREAT | O_RDWR, 0, &(struct mq_attr){ .mq_maxmsg = -1 });
	try("mode 3", NAME, 3, 0, NULL);
	try("a new one, mode 3", "/mode3", O_CREAT | 3, 0600, NULL);
	show("remove", mq_unlink("/mode3"));
	show("remove", mq_unlink(NAME));
	show_attr("without a name", queue);
	show("none is left", mq_open(NAME, O_RDWR));
	show("close", mq_close(queue));
	try_attr("no messages", 0, 1);
	try_attr("negative messages", -1, 1);
	try_attr("no bytes", 1, 0);
	try_attr("negative bytes", 1, -1);
	try_attr("too many messages", 65537, 1);
	try_attr("too many bytes", 1, 16777217);
}

static void flags(void)
{
	struct mq_attr attr = { .mq_flags = O_NONBLOCK, .mq_maxmsg = 99, .mq_msgsize = 99 };
	struct mq_attr old = { .reserved = { 1, 2, 3, 4 } };
	mqd_t queue = mq_open(NAME, O_CREAT | O_RDWR, 0600, NULL);

	show("nonblocking", mq_setattr(queue, &attr, &old));
	say("  before: %#lo, %ld, %ld, reserved %ld\n", old.mq_flags, old.mq_maxmsg, old.mq_msgsize,
	    old.reserved[3]);
	show_attr("now", queue);
	show("flags", fcntl(queue, F_GETFL));
	attr.mq_flags = O_APPEND;
	show("another flag", mq_setattr(queue, &attr, NULL));
	attr.mq_flags = 0;
	show("blocking", mq_setattr(queue, &attr, NULL));
	show_attr("now", queue);
	show("nothing", mq_setattr(queue, NULL, NULL));
	show("bad new", mq_setattr(queue, BAD, NULL));
	show("bad old", mq_setattr(queue, NULL, BAD));
	show("another file", mq_setattr(STDOUT_FILENO, NULL, &old));
	show("no file", mq_setattr(99, NULL, &old));
	attr.mq_flags = 1;
	show("no file, another flag", mq_setattr(99, &attr, &old));
	mq_close(queue);
}

static void send_text(mqd_t queue, const char *what, unsigned int priority)
{
	if (mq_send(queue, what, strlen(what), priority))
		show(what, -1);
}

static void receive(mqd_t queue)
{
	unsigned int priority = 77;
	ssize_t n = mq_receive(queue, text, sizeof(text), &priority);

	if (n < 0)
		show("receive", n);
	else
		say("  %.*s, priority %u\n", (int)n, text, priority);
}

static void order(void)
{
	mqd_t queue = mq_open(NAME, O_RDWR | O_NONBLOCK);

	send_text(queue, "low", 1);
	send_text(queue, "high", 32767);
	send_text(queue, "high again", 32767);
	send_text(queue, "lowest", 0);
	send_text(queue, "middle", 50);
	send_text(queue, "", 50);
	send_text(queue, "low again", 1);
	show_attr("seven", queue);
	for (int i = 0; i < 8; i++)
		receive(queue);
	show("priority too high", mq_send(queue, text, 1, 32768));
	show("priority -1", mq_send(queue, text, 1, (unsigned int)-1));
	for (int i = 0; i < 10; i++)
		send_text(queue, "full", 5);
	show("full", mq_send(queue, text, 1, 0));
	show("full, and no address", mq_send(queue, BAD, 1, 0));
	while (mq_receive(queue, text, sizeof(text), NULL) >= 0)
		continue;
	show("empty", -1);
	mq_close(queue);
}

static void sizes(void)
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 8192 };
	mqd_t queue = mq_open("/large", O_CREAT | O_RDWR | O_NONBLOCK, 0600, &attr);

	fill_text(text, sizeof(text));
	show("the largest", mq_send(queue, text, 8192, 1));
	show("too large", mq_send(queue, text, 8193, 1));
	show("too large a size", mq_send(queue, text, (size_t)-1, 1));
	show("a page", mq_send(queue, text, 4096, 0));
	memset(text, 0, sizeof(text));
	show("a small buffer", mq_receive(queue, text, 8191, NULL));
	show("the largest", mq_receive(queue, text, sizeof(text), NULL));
	say("  %lu bytes are right\n", right_bytes(text, 8192));
	show("nowhere", mq_receive(queue, BAD, 8192, NULL));
	show("it is lost", mq_receive(queue, text, sizeof(text), NULL));
	mq_send(queue, text, 10, 3);
	show("no priority", mq_receive(queue, text, sizeof(text), BAD));
	show("it is lost", mq_receive(queue, text, sizeof(text), NULL));
	show("from nowhere", mq_send(queue, BAD, 10, 3));
	show_attr("nothing came", queue);
	mq_close(queue);
	mq_unlink("/large");
}

static void errors(void)
{
	struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 };
	mqd_t reader = mq_open(NAME, O_RDONLY), writer = mq_open(NAME, O_WRONLY);

	show("send to a reader", mq_send(reader, text, 1, 0));
	show("receive from a writer", mq_receive(writer, text, sizeof(text), NULL));
	show("send to another file", mq_send(STDOUT_FILENO, text, 1, 0));
	show("receive from another file", mq_receive(STDIN_FILENO, text, 1, NULL));
	show("send to no file", mq_send(99, text, 1, 0));
	show("a bad time, no file", mq_timedsend(99, text, 1, 0, &bad));
	show("a bad priority, no file", mq_send(99, text, 1, 99999));
	show("a bad time, a bad priority", mq_timedsend(99, text, 1, 99999, &negative));
	show("no time", mq_timedsend(writer, text, 1, 0, BAD));
	show("no time", mq_timedreceive(reader, text, 1, NULL, BAD));
	show("a bad time", mq_timedreceive(reader, text, sizeof(text), NULL, &bad));
	show("a bad time, a free place", mq_timedsend(writer, text, 1, 0, &bad));
	mq_close(reader);
	mq_close(writer);
}

static void notify(const char *what, mqd_t queue, int how, int signo)
{
	struct sigevent event = { .sigev_notify = how, .sigev_signo = signo };

	event.sigev_value.sival_ptr = text;
	show(what, mq_notify(queue, &event));
}

static void notify_errors(void)
{
	mqd_t queue = mq_open(NAME, O_RDONLY);
	int ends[2];

	pipe(ends);
	notify("no such way", queue, 9, 1);
	notify("to a thread", queue, SIGEV_THREAD_ID, 1);
	notify("a signal too high", queue, SIGEV_SIGNAL, 65);
	notify("a negative signal", queue, SIGEV_SIGNAL, -1);
	notify("another file", ends[0], SIGEV_SIGNAL, SIGUSR1);
	notify("no file", 99, SIGEV_SIGNAL, SIGUSR1);
	notify("a thread, by no file", queue, SIGEV_THREAD, 99);
	notify("a thread, by a pipe", queue, SIGEV_THREAD, ends[0]);
	show("no address", mq_notify(queue, BAD));
	show("nobody was registered", mq_notify(queue, NULL));
	notify("signal 0", queue, SIGEV_SIGNAL, 0);
	notify("once more", queue, SIGEV_NONE, 0);
	show("no more", mq_notify(queue, NULL));
	notify("silently", queue, SIGEV_NONE, 99);
	mq_close(queue);
	queue = mq_open(NAME, O_RDONLY);
	notify("after a close", queue, SIGEV_NONE, 0);
	mq_close(queue);
}

static void files(void)
{
	mqd_t queue = mq_open(NAME, O_RDWR | O_NONBLOCK);
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	char link[64];
	struct stat st;
	char path[32];
	ssize_t n;
	mqd_t other;

	send_text(queue, "hello", 0);
	mq_notify(queue, &event);
	n = read(queue, text, sizeof(text));
	text[n > 0 ? n : 0] = '\0';
	*strstr(text, "PID:") = '\0';
	say("%zd bytes: %s\n", n, text);
	show("at the end", read(queue, text, 10));
	show("seek", lseek(queue, 6, SEEK_SET));
	n = read(queue, text, 4);
	say("%zd bytes: %.4s\n", n, text);
	show("seek to the end", lseek(queue, 0, SEEK_END));
	show("write", write(queue, text, 1));
	check("mmap",
	      mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, queue, 0) == MAP_FAILED && errno == ENODEV);
	show("stat", fstat(queue, &st));
	say("  mode %#o, %u links, %ld bytes\n", (unsigned int)st.st_mode,
	    (unsigned int)st.st_nlink, (long)st.st_size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", queue);
	n = readlink(path, link, sizeof(link));
	say("  %.*s\n", (int)n, link);
	other = open(path, O_RDONLY | O_NONBLOCK);
	receive(other);
	show("chmod", fchmod(queue, 0400));
	mq_unlink(NAME);
	n = readlink(path, link, sizeof(link));
	say("  %.*s\n", (int)n, link);
	fstat(queue, &st);
	say("  %u links\n", (unsigned int)st.st_nlink);
	mq_close(queue);
	send_text(other, "read only", 0);
	show_attr("still open", other);
	mq_close(other);
}

static void stranger(void)
{
	become(1000);
	try("read", NAME, O_RDONLY, 0, NULL);
	try("write", NAME, O_WRONLY, 0, NULL);
	try("both", NAME, O_RDWR, 0, NULL);
	show("remove another's", mq_unlink(NAME));
	try("own", "/own", O_CREAT | O_RDWR, 0, NULL);
	try("own, without permission", "/own", O_RDONLY, 0, NULL);
	show("remove it", mq_unlink("/own"));
	try_attr("the most messages", 10, 100);
	try_attr("too many messages", 11, 100);
	try_attr("the most bytes", 1, 8192);
	try_attr("too many bytes", 1, 8193);
}

// A queue of 10 messages of 8192 bytes counts 82,880 bytes.
static void limit(void)
{
	struct rlimit limit = { 3 * 82880, 3 * 82880 };
	char name[] = "/limit-?";
	mqd_t queues[4];
	int i;

	become(1001);
	setrlimit(RLIMIT_MSGQUEUE, &limit);
	for (i = 0; i < 4; i++) {
		name[7] = (char)('0' + i);
		queues[i] = mq_open(name, O_CREAT | O_RDWR, 0600, NULL);
		if (queues[i] < 0)
			show(name, -1);
	}
	show("a name is removed", mq_unlink("/limit-0"));
	try("still too many", "/limit-3", O_CREAT | O_RDWR, 0600, NULL);
	mq_close(queues[0]);
	try("now there is room", "/limit-3", O_CREAT | O_RDWR, 0600, NULL);
	for (i = 1; i < 4; i++) {
		name[7] = (char)('0' + i);
		mq_unlink(name);
	}
	limit.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &limit);
	show("no descriptor", mq_open(NAME, O_RDONLY));
	show("no descriptor, no name", mq_open("/none", O_RDONLY));
}

static void many(void)
{
	char name[16];
	int i;

	for (i = 0; i < 300; i++) {
		struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 1 };
		mqd_t queue;

		snprintf(name, sizeof(name), "/many-%d", i);
		if (i == 250)
			become(1002);
		queue = mq_open(name, O_CREAT | O_RDWR, 0600, &attr);
		if (queue < 0)
			break;
		close(queue);
	}
	say("%d queues: %s\n", i, error_name(errno));
}

static void remove_many(void)
{
	char name[16];

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "/many-%d", i);
		mq_unlink(name);
	}
}

static void show_limit(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/sys/fs/mqueue/%s", name);
	show_file(path);
}

int main(void)
{
	names();
	opening();
	flags();
	order();
	sizes();
	errors();
	notify_errors();
	show_child("a stranger", stranger);
	files();
	mq_close(mq_open(NAME, O_CREAT | O_RDONLY, 0604, NULL));
	show_child("a stranger, who may read", stranger);
	show_child("the limit", limit);
	mq_unlink(NAME);
	show_child("many", many);
	remove_many();
	show_limit("queues_max");
	show_limit("msg_max");
	show_limit("msgsize_max");
	show_limit("msg_default");
	show_limit("msgsize_default");
	return 0;
}
