// sh: run commands from a string (-c), from a file, or from standard input.
//
//   sh [-c COMMANDS [NAME [ARGUMENT...]] | FILE [ARGUMENT...]]

#include "sh.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int shell_pid;
struct parameters parameters;

// Run commands until there are no more. Returns the status of the last one.
int run_input(struct input *input)
{
	for (;;) {
		struct arena_mark mark = arena_mark();
		struct node *node = NULL;
		enum parse_result result;

		reap_background();
		interrupted = 0;
		loops_to_leave = 0;
		result = parse_command(input, &node);
		if (result == PARSE_OK && node)
			last_status = run_node(node, false);
		if (result == PARSE_ERROR)
			last_status = 2;
		arena_release(mark);
		if (result == PARSE_END || (result == PARSE_ERROR && !input->interactive))
			return last_status;
	}
}

// Run the commands of a file. Returns the status of the last one.
int run_file(const char *path)
{
	struct arena_mark mark = arena_mark();
	struct text text = { 0 };
	int fd = open(path, O_RDONLY), status;
	struct input input;
	char buffer[512];
	ssize_t n, i;

	if (fd < 0) {
		fprintf(stderr, "sh: %s: %s\n", path, strerror(errno));
		return 127;
	}
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		for (i = 0; i < n; i++)
			if (buffer[i] != '\0')
				text_add(&text, buffer[i]);
	close(fd);
	input = input_from_string(text.bytes ? text.bytes : "");
	status = run_input(&input);
	arena_release(mark);
	return status;
}

// ^C at the prompt or while a command runs: the command dies of it, the shell only notes it.
static void note_interrupt(int signo)
{
	(void)signo;
	interrupted = 1;
}

static const char greeting
	[] = "`help` shows the commands, Tab completes names, the arrow keys bring lines back.\n"
	     "To leave, type `exit`, or ctrl-a x where the machine runs in a terminal.\n"
	     "Your own program: outside, `make cc F=hello.c` and `make run F=hello`.\n";

// A shell at a terminal survives ^C and SIGTERM. The handler is installed without SA_RESTART, so that it also
// interrupts the reading of a line.
static void be_interactive(void)
{
	struct sigaction action = { .sa_handler = note_interrupt };

	if (sigaction(SIGINT, &action, NULL) < 0)
		signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	jobs_start();
	if (getppid() == 1) // the machine's first program: a person has just started it
		fputs(greeting, stderr);
}

int main(int argc, char **argv)
{
	struct input input;

	shell_pid = getpid();
	variables_import(environ);
	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		// $0 is the name that may follow the commands.
		parameters.values = argc > 3 ? argv + 3 : argv;
		parameters.count = argc > 3 ? argc - 4 : 0;
		input = input_from_string(argv[2]);
		return run_input(&input);
	}
	if (argc > 1) {
		parameters.values = argv + 1;
		parameters.count = argc - 2;
		return run_file(argv[1]);
	}
	parameters.values = argv;
	input = input_from_stdin(isatty(STDIN_FILENO));
	if (input.interactive)
		be_interactive();
	return run_input(&input);
}
