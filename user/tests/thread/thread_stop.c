// A stop signal stops all threads of a process, wherever they are, and SIGCONT continues them.

#include "../thread.h"

static volatile int *turns; // shared with the parent: turns[0] and [1] count, [2] is set at the end

static void spin(void *arg)
{
	volatile int *turn = arg;

	while (!turns[2])
		(*turn)++;
}

static void sleeper(void *arg)
{
	(void)arg;
	while (!turns[2])
		sleep_ms(2);
}

static void stop_itself(void *arg)
{
	(void)arg;
	raw(SYS_tkill, own_tid(), SIGSTOP, 0, 0, 0);
}

static void run(bool by_itself)
{
	static struct test_thread threads[4];

	start_thread(&threads[0], 0, spin, (void *)&turns[0]);
	start_thread(&threads[1], 0, sleeper, NULL);
	if (by_itself)
		start_thread(&threads[2], 0, stop_itself, NULL);
	spin((void *)&turns[1]);
	for (int i = 0; i < 2 + by_itself; i++)
		join_thread(&threads[i]);
	_exit(7);
}

static void show_stop(const char *what, bool by_itself)
{
	int status, before[2];
	pid_t pid;

	turns[0] = turns[1] = turns[2] = 0;
	pid = fork_or_end();
	if (pid == 0)
		run(by_itself);
	while (!turns[0] || (!by_itself && !turns[1]))
		sleep_ms(1);
	if (!by_itself)
		kill(pid, SIGTSTP);
	check(what, waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	say("by signal %d\n", WSTOPSIG(status));
	before[0] = turns[0];
	before[1] = turns[1];
	sleep_ms(30);
	check("no thread runs", before[0] == turns[0] && before[1] == turns[1]);
	kill(pid, SIGCONT);
	check("it goes on", waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status));
	while (turns[0] == before[0] || turns[1] == before[1])
		sleep_ms(1);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	turns[2] = 1;
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	show_status("and ends", status);
}

int main(void)
{
	int status;
	pid_t pid;

	turns = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	show_stop("stopped from outside", false);
	show_stop("stopped by a thread", true);
	turns[0] = turns[1] = turns[2] = 0;
	pid = fork_or_end();
	if (pid == 0)
		run(false);
	while (!turns[0] || !turns[1])
		sleep_ms(1);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	show_status("killed while stopped", status);
	return 0;
}
