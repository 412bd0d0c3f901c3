// Processes: starting them, and waiting for their end.

#include "sh.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Fork with nothing left in buffers. In the child ^C is deadly again; in a child that runs in
// the background without job control it is ignored, and its input is empty. With job control the child
// enters the group *group; 0 there: a new group, which is stored. `group` NULL: that of the shell.
// Returns as fork does; a failure is reported.
pid_t fork_child(bool background, pid_t *group)
{
	bool ignore = background && !job_control;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		perror("sh: fork");
	if (pid >= 0 && job_control && group)
		job_enter(pid, group, background);
	if (pid != 0)
		return pid;
	job_child_starts();
	signal(SIGINT, ignore ? SIG_IGN : SIG_DFL);
	signal(SIGQUIT, ignore ? SIG_IGN : SIG_DFL);
	if (ignore) {
		close(STDIN_FILENO);
		open("/dev/null", O_RDONLY);
	}
	return 0;
}

// Returns the value of $? for a status word. A death by a signal other than SIGINT and SIGPIPE is
// reported.
static int exit_code(int status)
{
	int signo = WTERMSIG(status);

	if (WIFSTOPPED(status)) {
		fputc('\n', stderr);
		if (foreground_group)
			kill(-foreground_group, SIGSTOP); // those that started after the key, too
		job_add(foreground_group, true);
		return 128 + WSTOPSIG(status);
	}
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	if (signo == SIGINT) {
		fputc('\n', stderr);
		interrupted = 1;
	} else if (signo != SIGPIPE) {
		fprintf(stderr, "%s%s\n", strsignal(signo),
		        WCOREDUMP(status) ? " (core dumped)" : "");
	}
	return 128 + signo;
}

// Wait for a child, or, as waitpid does, for one of the group -pid. Returns its exit status, or
// 128 + n if signal n ended or stopped it.
int wait_for(pid_t pid)
{
	int status = 0;

	if (pid == -1)
		return 1;
	while (waitpid(pid, &status, job_control ? WUNTRACED : 0) < 0)
		if (errno != EINTR)
			return 127;
	return exit_code(status);
}

// Reap background processes that have ended.
void reap_background(void)
{
	int status;

	while (waitpid(-1, &status, WNOHANG) > 0)
		;
	if (job_control)
		jobs_report();
}

// Run commands in a child, and return what they print, without newlines at the end.
char *capture_output(const char *commands)
{
	struct input input = input_from_string(commands);
	struct text output = { 0 };
	char buffer[512];
	int fds[2];
	ssize_t n, i;
	pid_t pid;

	if (pipe(fds) < 0)
		return "";
	pid = fork_child(false, NULL);
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		exit(run_input(&input));
	}
	close(fds[1]);
	while ((n = read(fds[0], buffer, sizeof(buffer))) > 0)
		for (i = 0; i < n; i++)
			if (buffer[i] != '\0')
				text_add(&output, buffer[i]);
	close(fds[0]);
	substitution_status = wait_for(pid);
	while (output.length > 0 && output.bytes[output.length - 1] == '\n')
		output.bytes[--output.length] = '\0';
	return output.bytes ? output.bytes : "";
}

// Try one path. A readable file that is no program is taken for a script. Returns if it is not
// there.
static void try_exec(const char *path, char **argv, char **environment)
{
	execve(path, argv, environment);
	if (errno == ENOEXEC) {
		parameters.values = argv;
		for (parameters.count = 0; argv[parameters.count + 1]; parameters.count++)
			;
		exit(run_file(path));
	}
}

// Become another program, which is looked for in $PATH unless its name has a slash. When there is
// none, the process ends with 127; when it may not be run, with 126.
void exec_program(char **argv)
{
	const char *rest = variable_get("PATH"), *name = argv[0];
	char **environment = variables_environment();
	bool found = false;

	if (strchr(name, '/')) {
		try_exec(name, argv, environment);
		fprintf(stderr, "sh: %s: %s\n", name, strerror(errno));
		exit(errno == ENOENT ? 127 : 126);
	}
	for (rest = rest ? rest : "/bin"; *rest;) {
		size_t length = strcspn(rest, ":");
		struct text path = { 0 };

		text_add_string(&path, length > 0 ? arena_copy(rest, length) : ".");
		text_add(&path, '/');
		text_add_string(&path, name);
		try_exec(path.bytes, argv, environment);
		found |= errno != ENOENT && errno != ENOTDIR;
		rest += length + (rest[length] == ':');
	}
	fprintf(stderr, found ? "sh: %s: cannot be run\n" : "sh: %s: not found\n", name);
	exit(found ? 126 : 127);
}
