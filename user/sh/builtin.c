// Commands that the shell performs itself, because they change it or are faster so.

#include "sh.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELP_FILE "/etc/help"

static int fail(const char *command, const char *what)
{
	fprintf(stderr, "sh: %s: %s: %s\n", command, what, strerror(errno));
	return 1;
}

static int builtin_true(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static int builtin_false(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

// cd [DIRECTORY]: without one, to $HOME.
static int builtin_cd(int argc, char **argv)
{
	const char *home = variable_get("HOME");
	const char *path = argc > 1 ? argv[1] : home ? home : "/";

	return chdir(path) < 0 ? fail("cd", path) : 0;
}

static int builtin_pwd(int argc, char **argv)
{
	char path[PATH_MAX];

	(void)argc;
	(void)argv;
	if (!getcwd(path, sizeof(path)))
		return fail("pwd", "the working directory");
	puts(path);
	return 0;
}

// exit [STATUS]
static int builtin_exit(int argc, char **argv)
{
	exit(argc > 1 ? atoi(argv[1]) : last_status);
}

// export NAME[=VALUE]...
static int builtin_export(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		size_t length = assignment_length(argv[i]);
		char *name = length > 0 ? arena_copy(argv[i], length) : argv[i];

		if (!is_name_start(*name)) {
			fprintf(stderr, "sh: export: %s: not a name\n", argv[i]);
			return 1;
		}
		if (length > 0)
			variable_set(name, argv[i] + length + 1);
		variable_export(name);
	}
	return 0;
}

static int builtin_unset(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		variable_unset(argv[i]);
	return 0;
}

// wait [PID...]: without one, for all children.
static int builtin_wait(int argc, char **argv)
{
	int status = 0, i;
	pid_t pid;

	for (i = 1; i < argc; i++)
		status = wait_for(atoi(argv[i]));
	while (argc == 1 && !interrupted) {
		pid = waitpid(-1, NULL, 0);
		if (pid < 0 && errno != EINTR)
			break;
	}
	return status;
}

// . FILE: run its commands here.
static int builtin_dot(int argc, char **argv)
{
	return argc > 1 ? run_file(argv[1]) : 0;
}

// break [N], continue [N]: of the innermost loop, or of the N-th.
static int leave_loops(int argc, char **argv, bool go_on)
{
	loops_to_leave = argc > 1 ? atoi(argv[1]) : 1;
	continue_loop = go_on;
	return 0;
}

static int builtin_break(int argc, char **argv)
{
	return leave_loops(argc, argv, false);
}

static int builtin_continue(int argc, char **argv)
{
	return leave_loops(argc, argv, true);
}

// shift [N]: drop the first parameters.
static int builtin_shift(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1;

	if (n < 0 || n > parameters.count)
		return 1;
	parameters.count -= n;
	parameters.values += n;
	parameters.values[0] = parameters.values[-n];
	return 0;
}

// read NAME...: a line of standard input, split into words; the last variable gets the rest.
static int builtin_read(int argc, char **argv)
{
	struct text line = { 0 };
	char c = '\0', *rest;
	int i;

	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		text_add(&line, c);
	rest = line.bytes ? line.bytes : arena_copy("", 0);
	for (i = 1; i < argc; i++) {
		char *end;

		while (isspace((unsigned char)*rest))
			rest++;
		end = i < argc - 1 ? rest + strcspn(rest, " \t") : rest + strlen(rest);
		variable_set(argv[i], arena_copy(rest, end - rest));
		rest = end;
	}
	return c != '\n';
}

// help: show the file with the most useful commands.
static int builtin_help(int argc, char **argv)
{
	char text[512];
	ssize_t n;
	int fd = open(HELP_FILE, O_RDONLY);

	(void)argc;
	(void)argv;
	if (fd < 0)
		return fail("help", HELP_FILE);
	while ((n = read(fd, text, sizeof(text))) > 0)
		fwrite(text, 1, (size_t)n, stdout);
	close(fd);
	return 0;
}

struct builtin {
	const char *name;
	builtin_t *function;
};

static const struct builtin builtins[] = {
	{ ".", builtin_dot },
	{ ":", builtin_true },
	{ "[", builtin_test },
	{ "bg", builtin_bg },
	{ "break", builtin_break },
	{ "cd", builtin_cd },
	{ "continue", builtin_continue },
	{ "exit", builtin_exit },
	{ "export", builtin_export },
	{ "false", builtin_false },
	{ "fg", builtin_fg },
	{ "help", builtin_help },
	{ "jobs", builtin_jobs },
	{ "pwd", builtin_pwd },
	{ "read", builtin_read },
	{ "shift", builtin_shift },
	{ "test", builtin_test },
	{ "true", builtin_true },
	{ "unset", builtin_unset },
	{ "wait", builtin_wait },
};

const char *builtin_name(size_t i)
{
	return i < sizeof(builtins) / sizeof(*builtins) ? builtins[i].name : NULL;
}

// The function of a built-in command, or NULL.
builtin_t *find_builtin(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(builtins) / sizeof(*builtins); i++)
		if (strcmp(builtins[i].name, name) == 0)
			return builtins[i].function;
	return NULL;
}
