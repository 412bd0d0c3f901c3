// Job control: in a shell at a terminal each command line's processes are a group of their own. The
// group in the foreground has the terminal; ^Z stops it. fg and bg let it go on.

#include "sh.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_JOBS 20
#define TEXT_MAX 60 // bytes that are kept of a job's command line

struct job {
	pid_t group; // 0: no job
	bool stopped;
	char text[TEXT_MAX];
};

bool job_control;
pid_t foreground_group;

static bool at_terminal;           // the signals below are ignored
static struct job jobs[MOST_JOBS]; // job n is jobs[n - 1]

// Signals with which a terminal or a logout would stop or end the shell itself.
static const int shell_ignores[] = { SIGTSTP, SIGTTIN, SIGTTOU, SIGTERM };

static void set_signals(void (*action)(int))
{
	size_t i;

	for (i = 0; i < sizeof(shell_ignores) / sizeof(*shell_ignores); i++)
		signal(shell_ignores[i], action);
}

// Without a terminal of its own, or in the background, a shell starts no groups.
void jobs_start(void)
{
	at_terminal = true;
	set_signals(SIG_IGN);
	job_control = tcgetpgrp(STDIN_FILENO) == getpgrp();
}

// Parent and child do this both, because either may come first.
void job_enter(pid_t pid, pid_t *group, bool background)
{
	if (pid == 0)
		pid = getpid();
	if (*group == 0)
		*group = pid;
	setpgid(pid, *group);
	if (!background) {
		foreground_group = *group;
		tcsetpgrp(STDIN_FILENO, *group);
	}
}

void job_child_starts(void)
{
	if (at_terminal)
		set_signals(SIG_DFL);
	at_terminal = job_control = false;
}

void job_take_terminal(void)
{
	if (job_control)
		tcsetpgrp(STDIN_FILENO, getpgrp());
	foreground_group = 0;
}

static int number_of(const struct job *job)
{
	return (int)(job - jobs) + 1;
}

static void show(const struct job *job, const char *state)
{
	fprintf(stderr, "[%d] %-8s %s\n", number_of(job), state, job->text);
}

// Returns the job with this group, or a free place if there is none; NULL if there is no place.
static struct job *find(pid_t group)
{
	struct job *place = NULL;
	int i;

	for (i = MOST_JOBS - 1; i >= 0; i--) {
		if (jobs[i].group == group)
			return &jobs[i];
		if (jobs[i].group == 0)
			place = &jobs[i];
	}
	return place;
}

void job_add(pid_t group, bool stopped)
{
	struct job *job = find(group);

	if (!job_control || group == 0 || !job || (job->group == group && job->stopped == stopped))
		return;
	if (job->group == 0) {
		size_t length = strcspn(input_line(), "\n");

		length = length < TEXT_MAX - 1 ? length : TEXT_MAX - 1;
		memcpy(job->text, input_line(), length);
		job->text[length] = '\0';
	}
	job->group = group;
	job->stopped = stopped;
	if (stopped)
		show(job, "stopped");
	else
		fprintf(stderr, "[%d] %d\n", number_of(job), group);
}

// A group whose processes have all been reaped does not exist any more.
void jobs_report(void)
{
	int i;

	for (i = 0; i < MOST_JOBS; i++) {
		if (jobs[i].group == 0 || kill(-jobs[i].group, 0) == 0)
			continue;
		show(&jobs[i], "done");
		jobs[i].group = 0;
	}
}

int builtin_jobs(int argc, char **argv)
{
	int i;

	(void)argc;
	(void)argv;
	reap_background();
	for (i = 0; i < MOST_JOBS; i++)
		if (jobs[i].group != 0)
			printf("[%d] %-8s %s\n", i + 1, jobs[i].stopped ? "stopped" : "running",
			       jobs[i].text);
	return 0;
}

// Returns the job that an argument names, N or %N; without one the last that was stopped, or else the
// last. Returns NULL after a message.
static struct job *named(const char *command, const char *argument)
{
	struct job *found = NULL;
	int i, n = argument ? atoi(argument + (*argument == '%')) : 0;

	for (i = 0; i < MOST_JOBS; i++) {
		bool better = !found || jobs[i].stopped || !found->stopped;

		if (jobs[i].group != 0 && (argument ? i + 1 == n : better))
			found = &jobs[i];
	}
	if (!found)
		fprintf(stderr, "sh: %s: no such job\n", command);
	return found;
}

// fg [%N]: let a job go on, and wait for it.
int builtin_fg(int argc, char **argv)
{
	struct job *job = named("fg", argc > 1 ? argv[1] : NULL);
	int status;

	if (!job)
		return 1;
	fprintf(stderr, "%s\n", job->text);
	foreground_group = job->group;
	tcsetpgrp(STDIN_FILENO, job->group);
	kill(-job->group, SIGCONT);
	job->stopped = false;
	status = wait_for(-job->group);
	while (!job->stopped && waitpid(-job->group, NULL, 0) > 0)
		;
	if (!job->stopped)
		job->group = 0;
	job_take_terminal();
	return status;
}

// bg [%N]: let a job go on in the background.
int builtin_bg(int argc, char **argv)
{
	struct job *job = named("bg", argc > 1 ? argv[1] : NULL);

	if (!job)
		return 1;
	job->stopped = false;
	show(job, "running");
	return kill(-job->group, SIGCONT) < 0;
}
