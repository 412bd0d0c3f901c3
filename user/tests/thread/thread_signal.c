// Signals to a thread and to its process: who takes them.

#include "../thread.h"

static volatile int taker[NSIG], count[NSIG], ready, stop;
static struct test_thread one;

static void handle(int signo)
{
	taker[signo] = own_tid();
	count[signo]++;
}

static void set_mask(int how, int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	raw(SYS_rt_sigprocmask, how, (long)&set, 0, 8, 0);
}

static void wait_stop(void *arg)
{
	(void)arg;
	word_set(&ready, 1);
	while (!stop)
		raw(SYS_futex, (long)&stop, FUTEX_WAIT_OP, 0, 0, 0);
}

static void block_usr2(void *arg)
{
	set_mask(SIG_BLOCK, SIGUSR2);
	wait_stop(arg);
}

static void wait_count(int signo, int wanted)
{
	for (int i = 0; i < 1000 && count[signo] < wanted; i++)
		sleep_ms(1);
	check("delivered", count[signo] == wanted);
}

static int begin(void (*function)(void *))
{
	int tid;

	stop = ready = 0;
	tid = start_thread(&one, 0, function, NULL);
	word_wait(&ready, 0);
	return tid;
}

static void end(void)
{
	word_set(&stop, 1);
	join_thread(&one);
}

static bool is_pending(int signo)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, signo);
}

int main(void)
{
	struct sigaction action = { .sa_handler = handle };
	int tid, pid = getpid();

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	tid = begin(wait_stop);
	show("tgkill", raw(SYS_tgkill, pid, tid, SIGUSR1, 0, 0));
	wait_count(SIGUSR1, 1);
	check("the thread takes it", taker[SIGUSR1] == tid);
	show("tkill", raw(SYS_tkill, tid, SIGUSR1, 0, 0, 0));
	wait_count(SIGUSR1, 2);
	check("the thread takes it", taker[SIGUSR1] == tid);
	show("kill", kill(pid, SIGUSR1));
	wait_count(SIGUSR1, 3);
	check("the first thread takes it", taker[SIGUSR1] == pid);
	show("kill by the thread's number", kill(tid, SIGUSR1));
	wait_count(SIGUSR1, 4);
	check("this thread takes it", taker[SIGUSR1] == tid);

	set_mask(SIG_BLOCK, SIGUSR1);
	show("kill, blocked by the first", kill(pid, SIGUSR1));
	wait_count(SIGUSR1, 5);
	check("the other takes it", taker[SIGUSR1] == tid);
	check("it is not pending", !is_pending(SIGUSR1));
	show("tgkill, blocked", raw(SYS_tgkill, pid, pid, SIGUSR1, 0, 0));
	check("it stays pending", is_pending(SIGUSR1));
	sleep_ms(5);
	check("nobody takes it", count[SIGUSR1] == 5);
	set_mask(SIG_UNBLOCK, SIGUSR1);
	check("until it is not blocked", count[SIGUSR1] == 6 && taker[SIGUSR1] == pid);
	end();

	tid = begin(block_usr2);
	set_mask(SIG_BLOCK, SIGUSR2);
	show("kill, blocked by all", kill(pid, SIGUSR2));
	check("it stays pending", is_pending(SIGUSR2));
	show("tgkill, another one", raw(SYS_tgkill, pid, tid, SIGUSR2, 0, 0));
	end();
	check("the thread's own is gone with it", is_pending(SIGUSR2) && count[SIGUSR2] == 0);
	set_mask(SIG_UNBLOCK, SIGUSR2);
	check("one is delivered", count[SIGUSR2] == 1 && !is_pending(SIGUSR2));

	tid = begin(wait_stop);
	show("tgkill with no signal", raw(SYS_tgkill, pid, tid, 0, 0, 0));
	show("tgkill with a wrong signal", raw(SYS_tgkill, pid, tid, 65, 0, 0));
	show("of another process", raw(SYS_tgkill, getppid(), tid, 0, 0, 0));
	show("of no process", raw(SYS_tgkill, 0, tid, 0, 0, 0));
	show("of no thread", raw(SYS_tgkill, pid, -1, 0, 0, 0));
	show("tkill of none", raw(SYS_tkill, 0, 0, 0, 0, 0));
	end();
	while (raw(SYS_tgkill, pid, tid, 0, 0, 0) == 0) // its word is cleared before it is gone
		sleep_ms(1);
	show("tgkill after its end", raw(SYS_tgkill, pid, tid, 0, 0, 0));
	show("tkill after its end", raw(SYS_tkill, tid, 0, 0, 0, 0));
	return 0;
}
