// timer_create: clocks, events, settings, counts of expirations, and what a pending signal does.

#include "../thread.h"
#include <sys/resource.h>
#include <sys/wait.h>

#define NONE 1
#define THREAD_ID 4
#define ABSOLUTE 1

struct event {
	long value;
	int signo, notify, tid, pad[12];
};

struct setting {
	long interval_s, interval_ns, value_s, value_ns;
};

static volatile int handled, last_code, last_value, last_overrun, last_id, taker;

static void handler(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	last_code = info->si_code;
	last_value = info->si_value.sival_int;
	last_overrun = info->si_overrun;
	last_id = info->si_timerid;
	taker = own_tid();
	handled++;
}

static long make(int clock, int signo, int notify, long value, int tid, int *id)
{
	struct event event = { value, signo, notify, tid, { 0 } };

	return raw(SYS_timer_create, clock, (long)&event, (long)id, 0, 0);
}

static long set(int id, int flags, long ms, long interval_ms)
{
	struct setting setting = { interval_ms / 1000, interval_ms % 1000 * 1000000, ms / 1000,
		                   ms % 1000 * 1000000 };

	return raw(SYS_timer_settime, id, flags, (long)&setting, 0, 0);
}

// Show whether a timer is set, and its interval.
static void get(const char *what, int id)
{
	struct setting setting = { 9, 9, 9, 9 };
	long result = raw(SYS_timer_gettime, id, (long)&setting, 0, 0, 0);

	if (result < 0)
		print(what, result);
	else
		say("%s: %s, interval %ld s %ld ns\n", what,
		    setting.value_s >= 100              ? "much left" :
		    setting.value_s || setting.value_ns ? "little left" :
		                                          "not set",
		    setting.interval_s, setting.interval_ns);
}

static void block(int signo, int how)
{
	uint64_t set = 1ull << (signo - 1);

	raw(SYS_rt_sigprocmask, how, (long)&set, 0, 8, 0);
}

static void wait_handled(int count)
{
	for (int i = 0; handled < count && i < 1000; i++)
		sleep_ms(1);
}

static void creation(void)
{
	static const int clocks[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, -2, -6, -7, -1 };
	int id;

	for (size_t i = 0; i < COUNT(clocks); i++) {
		long result = make(clocks[i], SIGUSR1, 0, 0, 0, &id);

		say("clock %d: %s\n", clocks[i], result ? raw_error(result) : "made");
		if (!result)
			raw(SYS_timer_delete, id, 0, 0, 0, 0);
	}
	print("no signal", make(1, 0, 0, 0, 0, &id));
	print("too great a signal", make(1, 65, 0, 0, 0, &id));
	print("none, and no signal", make(1, 0, NONE, 0, 0, &id));
	print("delete", raw(SYS_timer_delete, id, 0, 0, 0, 0));
	print("delete again", raw(SYS_timer_delete, id, 0, 0, 0, 0));
	print("no such kind", make(1, SIGUSR1, 3, 0, 0, &id));
	print("no such thread", make(1, SIGUSR1, THREAD_ID, 0, 99999, &id));
	print("another's thread", make(1, SIGUSR1, THREAD_ID, 0, 1, &id));
	print("a kind without a signal", make(1, SIGUSR1, 5, 0, 0, &id));
	print("a clock that can only be read, and no signal", make(4, 0, 0, 0, 0, &id));
	print("a bad event", raw(SYS_timer_create, 1, 8, (long)&id, 0, 0));
	print("no place for the number", make(1, SIGUSR1, 0, 0, 0, NULL));
	print("settime of none", set(9999, 0, 1, 0));
	print("no setting", raw(SYS_timer_settime, 9999, 0, 0, 0, 0));
	print("a bad setting", raw(SYS_timer_settime, 9999, 0, 8, 0, 0));
	get("gettime of none", 9999);
	print("overrun of none", raw(SYS_timer_getoverrun, 9999, 0, 0, 0, 0));
}

static void settings(void)
{
	struct setting bad = { 0, 0, 0, 1000000000 }, old = { 9, 9, 9, 9 };
	struct setting negative = { -1, 0, 1, 0 };
	int id;

	make(1, SIGUSR1, 0, 5, 0, &id);
	get("a new one", id);
	print("a bad time", raw(SYS_timer_settime, id, 0, (long)&bad, 0, 0));
	print("a negative interval", raw(SYS_timer_settime, id, 0, (long)&negative, 0, 0));
	print("set", set(id, 0, 1000000, 2500));
	get("set", id);
	print("clear", set(id, 0, 0, 2500));
	get("cleared", id);
	print("set again", set(id, 0, 1000000, 0));
	bad.value_ns = 0;
	print("clear and keep", raw(SYS_timer_settime, id, 0, (long)&bad, (long)&old, 0));
	say("old: %s\n", old.value_s > 900 ? "much left" : "wrong");
	print("a bad place for the old", raw(SYS_timer_settime, id, 0, (long)&bad, 8, 0));
	print("a bad place", raw(SYS_timer_gettime, id, 8, 0, 0, 0));
	raw(SYS_timer_delete, id, 0, 0, 0, 0);
	make(1, 0, NONE, 0, 0, &id);
	set(id, 0, 2, 0);
	sleep_ms(4);
	get("a silent one that is over", id);
	set(id, 0, 2, 1000000);
	sleep_ms(4);
	get("a silent one with an interval", id);
	raw(SYS_timer_delete, id, 0, 0, 0, 0);
}

static void show_last(const char *what)
{
	say("%s: handled %d, code %d, value %d, overrun %d\n", what, handled, last_code, last_value,
	    last_overrun);
	handled = 0;
}

static void signals(void)
{
	struct setting at = { 0, 0, 0, 0 };
	int id, other, tid = own_tid();

	make(1, SIGUSR1, 0, 42, 0, &id);
	set(id, 0, 2, 0);
	wait_handled(1);
	show_last("once");
	get("afterwards", id);
	say("the number is %s\n", last_id == id ? "right" : "wrong");
	at.value_ns = 1;
	raw(SYS_timer_settime, id, ABSOLUTE, (long)&at, 0, 0);
	wait_handled(1);
	show_last("long ago");
	set(id, 0, 1, 2);
	wait_handled(4);
	set(id, 0, 0, 0);
	say("several: %s\n", handled >= 4 ? "yes" : "no");
	handled = 0;
	block(SIGUSR1, SIG_BLOCK);
	make(1, SIGUSR1, 0, 43, 0, &other);
	set(id, 0, 1, 0);
	sleep_ms(3);
	set(other, 0, 1, 0);
	sleep_ms(3);
	raw(SYS_kill, getpid(), SIGUSR1, 0, 0, 0);
	block(SIGUSR1, SIG_UNBLOCK);
	show_last("two timers and one kill");
	raw(SYS_timer_delete, other, 0, 0, 0, 0);
	block(SIGUSR1, SIG_BLOCK);
	set(id, 0, 1, 1);
	sleep_ms(20);
	block(SIGUSR1, SIG_UNBLOCK);
	say("overrun: %s, the call: %s\n", last_overrun >= 10 ? "many" : "few",
	    raw(SYS_timer_getoverrun, id, 0, 0, 0, 0) >= 0 ? "works" : "fails");
	set(id, 0, 0, 0);
	print("overrun after setting", raw(SYS_timer_getoverrun, id, 0, 0, 0, 0));
	handled = 0;
	block(SIGUSR1, SIG_BLOCK);
	set(id, 0, 1, 0);
	sleep_ms(3);
	raw(SYS_timer_delete, id, 0, 0, 0, 0);
	block(SIGUSR1, SIG_UNBLOCK);
	sleep_ms(1);
	say("after deletion: handled %d\n", handled);
	handled = 0;
	print("without an event", raw(SYS_timer_create, 0, 0, (long)&id, 0, 0));
	set(id, 0, 1, 0);
	wait_handled(1);
	say("SIGALRM: handled %d, the value is %s\n", handled,
	    last_value == id ? "the number" : "wrong");
	raw(SYS_timer_delete, id, 0, 0, 0, 0);
	handled = 0;
	make(1, SIGUSR1, THREAD_ID, 1, tid, &id);
	set(id, 0, 1, 0);
	wait_handled(1);
	say("to a thread: %s\n", taker == tid ? "right" : "wrong");
	raw(SYS_timer_delete, id, 0, 0, 0, 0);
	handled = 0;
}

static volatile int go;

static void be_target(void *arg)
{
	(void)arg;
	while (!go)
		sleep_ms(1);
}

static void threads(void)
{
	static struct test_thread thread;
	int tid = start_thread(&thread, 0, be_target, NULL), id, other;

	print("for another thread", make(1, SIGUSR1, THREAD_ID, 7, tid, &id));
	set(id, 0, 1, 0);
	wait_handled(1);
	say("taken by %s\n", taker == tid ? "it" : "another");
	handled = 0;
	print("by its clock", make((int)(~(unsigned int)tid << 3 | 6), SIGUSR1, 0, 0, 0, &other));
	print("set that", set(other, 0, 1000000, 1000));
	get("that", other);
	go = 1;
	join_thread(&thread);
	sleep_ms(5); // it goes a little later
	get("by the clock of an ended thread", other);
	print("set that again", set(other, 0, 1, 0));
	raw(SYS_timer_delete, other, 0, 0, 0, 0);
	print("set after its end", set(id, 0, 1, 1));
	sleep_ms(5);
	say("handled %d\n", handled);
	raw(SYS_timer_delete, id, 0, 0, 0, 0);
}

// What becomes of timers while their signal is ignored.
static void ignored(const struct sigaction *action)
{
	int id;

	make(1, SIGUSR1, 0, 0, 0, &id);
	block(SIGUSR1, SIG_BLOCK);
	set(id, 0, 2, 2);
	sleep_ms(10);
	signal(SIGUSR1, SIG_IGN); // a signal is pending, and is discarded
	block(SIGUSR1, SIG_UNBLOCK);
	sleep_ms(10);
	say("ignored: handled %d\n", handled);
	sigaction(SIGUSR1, action, NULL);
	wait_handled(4);
	say("goes on: %s\n", handled >= 4 ? "yes" : "no");
	set(id, 0, 0, 0);
	signal(SIGUSR1, SIG_IGN);
	set(id, 0, 2, 1000000);
	sleep_ms(10);
	get("expired and ignored", id);
	handled = 0;
	sigaction(SIGUSR1, action, NULL);
	wait_handled(1);
	show_last("not ignored any more");
	signal(SIGUSR1, SIG_IGN);
	set(id, 0, 2, 0);
	sleep_ms(10);
	get("once, and ignored", id);
	sigaction(SIGUSR1, action, NULL);
	sleep_ms(5);
	show_last("that is lost");
	raw(SYS_timer_delete, id, 0, 0, 0, 0);
}

static void processor_time(void)
{
	static const int clocks[] = { CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID };
	int id;

	for (size_t i = 0; i < COUNT(clocks); i++) {
		handled = 0;
		make(clocks[i], SIGUSR1, 0, 44, 0, &id);
		set(id, 0, 5, 0);
		while (!handled)
			continue;
		show_last("processor time");
		set(id, 0, 1000000, 0);
		get("much", id);
		raw(SYS_timer_delete, id, 0, 0, 0, 0);
	}
}

static void ends(void)
{
	char *const argv[] = { "timer_create", "again", NULL }, *const envp[] = { NULL };
	struct rlimit limit = { 0, 0 };
	int id, status;

	make(1, SIGUSR1, 0, 0, 0, &id);
	set(id, 0, 1000000, 0);
	if (!fork()) {
		get("in a child", id);
		setrlimit(RLIMIT_SIGPENDING, &limit);
		print("at the limit", make(1, SIGUSR1, 0, 0, 0, &id));
		_exit(0);
	}
	wait(&status);
	get("in the parent", id);
	set(id, 0, 2, 2);
	fflush(stdout);
	raw(SYS_execve, (long)"/tests/timer_create", (long)argv, (long)envp, 0, 0);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	(void)argv;
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	if (argc > 1) {
		sleep_ms(5);
		say("after exec: handled %d\n", handled);
		get("after exec", 0);
		return 0;
	}
	creation();
	settings();
	signals();
	threads();
	ignored(&action);
	processor_time();
	ends();
	return 0;
}
