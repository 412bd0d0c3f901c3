// Which of several children wait() finds: the eldest that has something to report, whatever the
// order in which they ended.
// limit: 0.1

#include "../asleep.h"

#define CHILDREN 6

static pid_t pids[CHILDREN];

static const char *name(pid_t pid)
{
	static const char *const names[] = {
		"first", "second", "third", "fourth", "fifth", "sixth"
	};

	for (int i = 0; i < CHILDREN; i++)
		if (pids[i] == pid)
			return names[i];
	return "none";
}

static void start(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		pids[i] = fork_or_end();
		if (pids[i] == 0)
			for (;;)
				pause();
	}
}

// End a child, which is not waited for.
static void end(int i)
{
	kill(pids[i], SIGKILL);
	let_become(pids[i], 'Z');
}

static void show_next(pid_t which, int options)
{
	int status = 0;
	pid_t pid = waitpid(which, &status, options | WNOHANG);

	if (pid < 0)
		say("%s\n", error_name(errno));
	else if (pid == 0)
		say("nobody yet\n");
	else
		say("the %s: %s\n", name(pid), WIFSTOPPED(status) ? "stopped" : "ended");
}

int main(void)
{
	start();
	end(4);
	end(1);
	end(3);
	show_next(-1, 0);
	show_next(pids[0], 0);
	show_next(pids[4], 0);
	show_next(-1, 0);
	show_next(-1, 0);

	kill(pids[2], SIGSTOP);
	let_become(pids[2], 'T');
	end(0);
	end(5);
	show_next(-1, WUNTRACED);
	show_next(0, WUNTRACED);
	show_next(-getpgrp(), 0);
	kill(pids[2], SIGKILL);
	show_next(pids[1], 0);
	waitpid(-1, NULL, 0);
	show_next(-1, 0);

	start();
	setpgid(pids[3], pids[3]);
	setpgid(pids[5], pids[3]);
	end(5);
	end(0);
	end(3);
	show_next(-pids[3], 0);
	show_next(0, 0);
	show_next(-pids[3], 0);
	show_next(-pids[3], 0);
	for (int i = 1; i < CHILDREN; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}
