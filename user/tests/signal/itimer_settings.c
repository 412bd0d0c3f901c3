// setitimer and getitimer: what a timer keeps when it is set, stopped and expired, and what is refused.

#include "test.h"
#include <sys/time.h>

static volatile int alarms;

static void on_alarm(int signo)
{
	(void)signo;
	alarms++;
}

static void print_timer(const char *what, const struct itimerval *timer)
{
	say("%s: interval %d s, value %s\n", what, (int)timer->it_interval.tv_sec,
	    timer->it_value.tv_sec > 90                       ? "above 90 s" :
	    timer->it_value.tv_sec || timer->it_value.tv_usec ? "left" :
	                                                        "0");
}

static void keep(int which, const char *name)
{
	struct itimerval running = { { 5, 0 }, { 100, 0 } }, stopped = { { 6, 0 }, { 0, 0 } }, got;

	say("-- %s\n", name);
	show("start", setitimer(which, &running, NULL));
	show("ask", getitimer(which, &got));
	print_timer("running", &got);
	show("stop, with an interval", setitimer(which, &stopped, &got));
	print_timer("what ran", &got);
	getitimer(which, &got);
	print_timer("stopped", &got);
	show("stop by no setting", setitimer(which, NULL, &got));
	print_timer("what was stopped", &got);
	getitimer(which, &got);
	print_timer("at last", &got);
}

int main(void)
{
	struct itimerval wrong = { { 0, 0 }, { 0, 1000000 } }, often = { { 0, 2000 }, { 0, 1000 } },
			 got;
	struct sigaction action = { .sa_handler = on_alarm };

	keep(ITIMER_REAL, "real");
	keep(ITIMER_VIRTUAL, "virtual");
	keep(ITIMER_PROF, "prof");
	show("an unknown timer", setitimer(3, &often, NULL));
	show("ask an unknown timer", getitimer(-1, &got));
	show("a million microseconds", setitimer(ITIMER_REAL, &wrong, NULL));
	show("a setting that cannot be read", setitimer(ITIMER_REAL, (void *)1, NULL));
	show("nowhere to store", getitimer(ITIMER_REAL, (void *)1));

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while (alarms < 3)
		pause();
	say("three alarms\n");
	return 0;
}
