// POSIX message queues: calls that wait, what ends their waits, and how a process learns of a message.

#include "../asleep.h"
#include "../ipc/sysv.h"

#include <abi/epoll.h>
#include <mqueue.h>
#include <poll.h>
#include <sys/mman.h>

#define NAME "/quire"
#define SIZE 64

static mqd_t queue;
static int lines[2];
static struct {
	int signo, code, value, pid_right, uid;
} volatile got;

static struct timespec in_ms(long ms)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec += ms * 1000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	return at;
}

static pid_t receiver(const char *name)
{
	pid_t pid = fork_or_end();
	char text[SIZE + 1];

	if (pid == 0) {
		unsigned int priority = 0;
		ssize_t n = mq_receive(queue, text, SIZE, &priority);

		text[n > 0 ? n : 0] = '\0';
		dprintf(lines[1], "%s: %s, priority %u\n", name, n < 0 ? error_name(errno) : text,
		        priority);
		_exit(0);
	}
	let_sleep(pid);
	return pid;
}

static pid_t sender(const char *text, unsigned int priority)
{
	pid_t pid = fork_or_end();

	if (pid == 0) {
		int error = mq_send(queue, text, strlen(text), priority);

		dprintf(lines[1], "%s: %s\n", text, error ? error_name(errno) : "sent");
		_exit(0);
	}
	let_sleep(pid);
	return pid;
}

static void send_text(const char *text, unsigned int priority)
{
	struct timespec now = { 0, 0 };

	if (mq_timedsend(queue, text, strlen(text), priority, &now))
		say("%s: %s\n", text, error_name(errno));
}

static void receive(void)
{
	struct timespec now = { 0, 0 };
	char text[SIZE];
	unsigned int priority;
	ssize_t n = mq_timedreceive(queue, text, SIZE, &priority, &now);

	if (n < 0)
		show("receive", n);
	else
		say("  %.*s, priority %u\n", (int)n, text, priority);
}

static void count(const char *what)
{
	struct mq_attr attr;

	mq_getattr(queue, &attr);
	say("%s: %ld messages\n", what, attr.mq_curmsgs);
}

static void receivers(void)
{
	receiver("first");
	receiver("second");
	send_text("one", 1);
	show_lines(lines[0], "a message", 1);
	count("handed over");
	send_text("two", 2);
	show_lines(lines[0], "another", 1);
	send_text("three", 3);
	count("stays");
	receive();
}

static void senders(void)
{
	send_text("a", 1);
	send_text("b", 2);
	sender("high", 9);
	sender("low", 0);
	count("full");
	receive();
	show_lines(lines[0], "room for one", 1);
	receive();
	show_lines(lines[0], "room for the other", 1);
	receive();
	receive();
	count("empty");
}

static void time_outs(void)
{
	struct timespec at = in_ms(3), past = { 1, 0 }, now;
	struct {
		int64_t sec, nsec;
	} wide = { 1, 0 };
	char text[SIZE];

	show("nothing comes", mq_timedreceive(queue, text, SIZE, NULL, &at));
	clock_gettime(CLOCK_REALTIME, &now);
	check("it has waited",
	      now.tv_sec > at.tv_sec || (now.tv_sec == at.tv_sec && now.tv_nsec >= at.tv_nsec));
	show("in the past", mq_timedreceive(queue, text, SIZE, NULL, &past));
	show("in the past, wide",
	     syscall(SYS_mq_timedreceive_time64, queue, text, SIZE, NULL, &wide));
	send_text("a", 1);
	send_text("b", 2);
	at = in_ms(3);
	show("no room comes", mq_timedsend(queue, text, 1, 0, &at));
	show("in the past", mq_timedsend(queue, text, 1, 0, &past));
	show("in the past, wide", syscall(SYS_mq_timedsend_time64, queue, text, 1, 0, &wide));
	wide.nsec = 1000000000;
	show("no time", syscall(SYS_mq_timedsend_time64, queue, text, 1, 0, &wide));
	receive();
	wide.nsec = 0;
	show("there is room", syscall(SYS_mq_timedsend_time64, queue, text, 1, 0, &wide));
	receive();
	receive();
}

static void ignore_it(int signo)
{
	(void)signo;
}

static void one_signal(const char *what, pid_t pid)
{
	kill(pid, SIGCONT);
	kill(pid, SIGURG);
	let_sleep(pid);
	say("%s: %s\n", what, state_of(pid) == 'S' ? "waits" : "has ended");
	kill(pid, SIGUSR1);
	let_sleep(pid);
	kill(pid, SIGSTOP);
	waitpid(pid, NULL, WUNTRACED);
	kill(pid, SIGCONT);
	let_sleep(pid);
	say("%s: %s\n", what, state_of(pid) == 'S' ? "sleeps on" : "has ended");
}

// Signals without a handler, and stops, end no wait. A handler does, unless it has SA_RESTART.
static void signals(uint32_t flags)
{
	struct sigaction action = { .sa_handler = ignore_it, .sa_flags = flags };
	pid_t pid;

	sigaction(SIGUSR1, &action, NULL);
	pid = receiver("receiver");
	one_signal("a receiver", pid);
	send_text("after a signal", 4);
	show_lines(lines[0], "received", 1);
	if (!flags)
		receive();
	send_text("a", 1);
	send_text("b", 2);
	pid = sender("c", 3);
	one_signal("a sender", pid);
	receive();
	show_lines(lines[0], "sent", 1);
	if (flags)
		receive();
	receive();
	receive();
	pid = receiver("killed");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	send_text("nobody waits", 0);
	receive();
}

static void on_notice(int signo, siginfo_t *info, void *context)
{
	(void)context;
	got.signo = signo;
	got.code = info->si_code;
	got.value = info->si_value.sival_int;
	got.pid_right = info->si_pid == getpid() ? 1 : 0;
	got.uid = (int)info->si_uid;
}

static void show_notice(const char *what)
{
	if (got.signo)
		say("%s: signal %d, code %d, value %d, by this process: %d, user %d\n", what,
		    got.signo, got.code, got.value, got.pid_right, got.uid);
	else
		say("%s: no signal\n", what);
	got.signo = 0;
}

static void want(const char *what, int how, int signo, int value)
{
	struct sigevent event = { .sigev_notify = how, .sigev_signo = signo };

	event.sigev_value.sival_int = value;
	show(what, mq_notify(queue, &event));
}

static void register_here(void)
{
	want("a child, too", SIGEV_SIGNAL, SIGUSR1, 3);
	show("a child takes it back", mq_notify(queue, NULL));
}

static void send_here(void)
{
	send_text("from a child", 0);
}

static void close_here(void)
{
	show("a child closes", mq_close(queue));
}

static void register_and_end(void)
{
	want("a child", SIGEV_SIGNAL, SIGUSR1, 3);
}

static void notices(void)
{
	struct sigaction action = { .sa_sigaction = on_notice, .sa_flags = SA_SIGINFO | SA_RESTART };

	sigaction(SIGUSR2, &action, NULL);
	sigaction(40, &action, NULL);
	want("a signal", SIGEV_SIGNAL, SIGUSR2, 1234);
	want("again", SIGEV_SIGNAL, SIGUSR2, 1);
	send_text("one", 0);
	show_notice("the first message");
	send_text("two", 0);
	show_notice("the second one");
	want("not empty", SIGEV_SIGNAL, 40, 5);
	receive();
	receive();
	receiver("waits");
	send_text("for the receiver", 0);
	show_lines(lines[0], "received", 1);
	show_notice("somebody waited");
	show_child("registering", register_here);
	show_child("closing", close_here);
	show_child("sending", send_here);
	show_notice("a child has sent");
	receive();
	want("silently", SIGEV_NONE, 0, 0);
	send_text("one", 0);
	show_notice("silently");
	want("after a silent one", SIGEV_SIGNAL, 0, 0);
	receive();
	send_text("one", 0);
	show_notice("signal 0");
	receive();
	show_child("registering", register_and_end);
	want("its end has taken it back", SIGEV_NONE, 0, 0);
	show("close a copy", close(dup(queue)));
	want("that has taken it back", SIGEV_NONE, 0, 0);
	show("take back", mq_notify(queue, NULL));
}

static void show_poll(const char *what)
{
	struct pollfd fd = { .fd = queue, .events = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM };
	int n = poll(&fd, 1, 0);

	say("%s: %d %#x\n", what, n, (unsigned int)fd.revents);
}

static void polls(void)
{
	struct epoll_event event = { .events = POLLIN | POLLOUT | EPOLLET }, events[2];
	int set = (int)syscall(SYS_epoll_create1, 0);
	pid_t pid;

	show_poll("empty");
	show("add", syscall(SYS_epoll_ctl, set, EPOLL_CTL_ADD, queue, &event));
	show("ready", syscall(SYS_epoll_wait, set, events, 2, 0));
	show("no change", syscall(SYS_epoll_wait, set, events, 2, 0));
	send_text("one", 0);
	show_poll("one");
	show("ready", syscall(SYS_epoll_wait, set, events, 2, 0));
	say("  %#x\n", (unsigned int)events[0].events);
	send_text("two", 0);
	show_poll("full");
	show("ready", syscall(SYS_epoll_wait, set, events, 2, 0));
	say("  %#x\n", (unsigned int)events[0].events);
	receive();
	receive();
	pid = fork_or_end();
	if (pid == 0) {
		struct pollfd fd = { .fd = queue, .events = POLLIN };

		dprintf(lines[1], "poll: %d\n", poll(&fd, 1, -1));
		_exit(0);
	}
	let_sleep(pid);
	send_text("wake", 0);
	show_lines(lines[0], "polled", 1);
	receive();
	close(set);
}

// An exec closes the queue, unless a program has changed that.
static void after_exec(void)
{
	say("after an exec: %s\n", fcntl(queue, F_GETFD) < 0 ? error_name(errno) : "open");
}

int main(int argc, char **argv)
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = SIZE };

	if (argc > 1) {
		queue = atoi(argv[1]);
		after_exec();
		return 0;
	}
	pipe(lines);
	queue = mq_open(NAME, O_CREAT | O_RDWR, 0600, &attr);
	receivers();
	senders();
	time_outs();
	say("with SA_RESTART\n");
	signals(SA_RESTART);
	say("without SA_RESTART\n");
	signals(0);
	notices();
	polls();
	show("unlink", mq_unlink(NAME));
	receiver("without a name");
	send_text("still there", 1);
	show_lines(lines[0], "unlinked", 1);
	send_text("left", 0);
	for (int kept = 0; kept < 2; kept++) {
		pid_t pid;
		char number[12];

		snprintf(number, sizeof(number), "%d", queue);
		if (kept)
			fcntl(queue, F_SETFD, 0);
		pid = fork_or_end();
		if (pid == 0) {
			execv("/proc/self/exe", (char *[]){ argv[0], number, NULL });
			_exit(1);
		}
		waitpid(pid, NULL, 0);
	}
	return 0;
}
