// signalfd: signals as a file: what a read returns, masks, poll, epoll, and who reads.

#include "../epoll.h"
#include "../thread.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

struct info {
	uint32_t signo;
	int32_t error, code;
	uint32_t pid, uid;
	int32_t fd;
	uint32_t tid, band, overrun, trapno;
	int32_t status, number;
	uint64_t ptr, utime, stime, addr;
	uint8_t rest[48];
};

static uint64_t bit(int signo)
{
	return 1ull << (signo - 1);
}

static long make(long fd, uint64_t set, long flags)
{
	return raw(SYS_signalfd4, fd, (long)&set, 8, flags, 0);
}

static void block(uint64_t set)
{
	raw(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, 0, 8, 0);
}

static void show_read(const char *what, long fd, long most)
{
	struct info infos[4];
	long n = raw(SYS_read, fd, (long)infos, most * (long)sizeof(*infos), 0, 0);

	if (n < 0) {
		print(what, n);
		return;
	}
	say("%s: %ld bytes\n", what, n);
	for (long i = 0; i < n / (long)sizeof(*infos); i++)
		say("  signal %u, code %d, %s, status %d, value %d %llx\n", infos[i].signo,
		    infos[i].code,
		    infos[i].pid == (uint32_t)getpid() ? "own" :
		    infos[i].pid                       ? "another's" :
		                                         "nobody's",
		    infos[i].status, infos[i].number, (unsigned long long)infos[i].ptr);
}

static short ready(long fd)
{
	struct pollfd poll_fd = { (int)fd, POLLIN | POLLOUT, 0 };

	poll(&poll_fd, 1, 0);
	return poll_fd.revents;
}

static void errors(void)
{
	uint64_t set = bit(SIGUSR1);
	int pipe_fds[2];

	pipe(pipe_fds);
	print("a wrong size", raw(SYS_signalfd4, -1, (long)&set, 4, 0, 0));
	print("a bad set", raw(SYS_signalfd4, -1, 8, 8, 0, 0));
	print("bad flags", make(-1, set, 1));
	print("a bad descriptor", make(99, set, 0));
	print("another negative one", make(-2, set, 0));
	print("a pipe", make(pipe_fds[0], set, 0));
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static void reads(void)
{
	long fd = make(-1, bit(SIGUSR1) | bit(SIGUSR2) | bit(SIGKILL) | bit(40), O_NONBLOCK);
	union sigval value = { .sival_int = 77 };
	siginfo_t info = { 0 };
	char byte;

	say("opened: %s\n", fd >= 0 ? "yes" : "no");
	print("flags", raw(SYS_fcntl64, fd, F_GETFD, 0, 0, 0));
	show_read("nothing", fd, 1);
	say("ready: %d\n", ready(fd));
	kill(getpid(), SIGUSR2);
	kill(getpid(), SIGUSR1);
	say("ready: %d\n", ready(fd));
	print("too small", raw(SYS_read, fd, (long)&byte, 1, 0, 0));
	show_read("both", fd, 4);
	show_read("none is left", fd, 4);
	raw(SYS_tgkill, getpid(), own_tid(), SIGUSR1, 0, 0);
	kill(getpid(), SIGUSR2);
	show_read("one of two", fd, 1);
	print("change the set", make(fd, bit(SIGUSR1), 0) == fd);
	show_read("not in the set", fd, 1);
	make(fd, bit(SIGUSR2) | bit(40), 0);
	show_read("in the set again", fd, 1);
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_value = value;
	raw(SYS_rt_sigqueueinfo, getpid(), 40, (long)&info, 0, 0);
	raw(SYS_rt_sigqueueinfo, getpid(), 40, (long)&info, 0, 0);
	show_read("two of a kind", fd, 3);
	print("write", raw(SYS_write, fd, (long)&byte, 1, 0, 0));
	print("lseek", raw(SYS_lseek, fd, 5, 0, 0, 0));
	close((int)fd);
	fd = raw(SYS_signalfd, -1, (long)&(uint64_t){ bit(SIGCHLD) }, 8, 0, 0);
	if (!fork())
		_exit(3);
	show_read("a child's end", fd, 1);
	wait(NULL);
	close((int)fd);
	fd = make(-1, bit(SIGUSR1), O_CLOEXEC);
	print("flags", raw(SYS_fcntl64, fd, F_GETFD, 0, 0, 0));
	close((int)fd);
}

static void send_later(void *arg)
{
	sleep_ms(3);
	raw(SYS_kill, getpid(), (long)arg, 0, 0, 0);
}

static void handler(int signo)
{
	(void)signo;
}

static void sleeps(void)
{
	static struct test_thread thread;
	struct sigaction action = { .sa_handler = handler };
	struct epoll_event event = { .events = 1 };
	long fd = make(-1, bit(SIGUSR1), 0), set;

	start_thread(&thread, 0, send_later, (void *)SIGUSR1);
	show_read("sleeps for", fd, 2);
	join_thread(&thread);
	start_thread(&thread, 0, send_later, (void *)SIGUSR1);
	struct pollfd poll_fd = { (int)fd, POLLIN, 0 };
	print("polls for", poll(&poll_fd, 1, -1));
	join_thread(&thread);
	show_read("and reads", fd, 1);
	set = raw(SYS_epoll_create1, 0, 0, 0, 0, 0);
	print("add", raw(SYS_epoll_ctl, set, EPOLL_CTL_ADD, fd, (long)&event, 0));
	print("nothing", raw(SYS_epoll_wait, set, (long)&event, 1, 0, 0));
	start_thread(&thread, 0, send_later, (void *)SIGUSR1);
	print("waits for", raw(SYS_epoll_wait, set, (long)&event, 1, -1, 0));
	join_thread(&thread);
	show_read("and reads", fd, 1);
	print("nothing", raw(SYS_epoll_wait, set, (long)&event, 1, 0, 0));
	sigaction(SIGALRM, &action, NULL);
	start_thread(&thread, 0, send_later, (void *)SIGALRM);
	raw(SYS_rt_sigprocmask, SIG_BLOCK, 0, 0, 8, 0);
	show_read("another signal", fd, 1);
	join_thread(&thread);
	close((int)set);
	close((int)fd);
}

// The descriptor is the parent's, the signals are the reader's.
static void readers(void)
{
	long fd = make(-1, bit(SIGUSR1), O_NONBLOCK);
	long set = raw(SYS_epoll_create1, 0, 0, 0, 0, 0);
	struct epoll_event event = { .events = 1 };

	kill(getpid(), SIGUSR1);
	if (!fork()) {
		say("in a child: ready %d\n", ready(fd));
		show_read("nothing", fd, 1);
		kill(getpid(), SIGUSR1);
		show_read("its own", fd, 1);
		raw(SYS_epoll_ctl, set, EPOLL_CTL_ADD, fd, (long)&event, 0);
		_exit(0);
	}
	wait(NULL);
	show_read("the parent's", fd, 1);
	kill(getpid(), SIGUSR1);
	show_read("again", fd, 1);
	close((int)fd);
	close((int)set);
}

int main(void)
{
	block(bit(SIGUSR1) | bit(SIGUSR2) | bit(SIGCHLD) | bit(40));
	errors();
	reads();
	sleeps();
	readers();
	return 0;
}
