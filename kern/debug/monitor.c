// monitor.c: the monitor's command line. The commands that show the kernel's code, memory and
// messages are in monitor_debug.c; the others are in the layers whose data they show.
#include "debug/monitor.h"

#include <stdlib.h>

#include "cpu/watchdog.h"
#include "debug/symbols.h"

#define LINE_MAX 80
#define PROMPT "monitor> "

#define CTRL_C 0x03
#define CTRL_U 0x15
#define DELETE 0x7F

extern const struct monitor_command monitor_cmds_start[], monitor_cmds_end[];

static struct monitor_input *inputs;
static bool leave; // set by the command `continue`

void monitor_register_input(struct monitor_input *input)
{
	input->next = inputs;
	inputs = input;
}

// Wait for a key from any input. Polls, because interrupts are off.
static char read_key(void)
{
	for (;;) {
		for (struct monitor_input *input = inputs; input; input = input->next) {
			int key = input->poll();

			if (key >= 0)
				return (char)key;
		}
		__builtin_ia32_pause();
	}
}

// Read one line into line[LINE_MAX], with echo. Backspace, ^C and ^U work as on a terminal.
static void read_line(char *line)
{
	size_t n = 0;

	for (;;) {
		char key = read_key();

		if (key == '\r' || key == '\n') {
			console_printf("\n");
			line[n] = '\0';
			return;
		}
		if (key == '\b' || key == DELETE) {
			if (n > 0) {
				console_printf("\b \b");
				n--;
			}
		} else if (key == CTRL_C || key == CTRL_U) {
			console_printf("\n%s", PROMPT);
			n = 0;
		} else if (key >= ' ' && n < LINE_MAX - 1) {
			console_printf("%c", key);
			line[n++] = key;
		}
	}
}

// Returns the command called `name`, or NULL.
static const struct monitor_command *find_command(const char *name)
{
	const struct monitor_command *command;

	for (command = monitor_cmds_start; command < monitor_cmds_end; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

int monitor_split(char *line, char **argv)
{
	char *rest;
	int argc = 0;

	for (char *word = strtok_r(line, " \t", &rest); word && argc < MONITOR_ARGS;
	     word = strtok_r(NULL, " \t", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

// Run the command in `line`, or report that there is none.
static void execute(char *line)
{
	char *argv[MONITOR_ARGS + 1];
	int argc = monitor_split(line, argv);
	const struct monitor_command *command;

	if (argc == 0)
		return;
	command = find_command(argv[0]);
	if (command)
		command->run(argc, argv);
	else
		console_printf("%s: no such command; `help` lists them\n", argv[0]);
}

// It takes no lock and allocates nothing: the machine may have stopped anywhere.
void monitor_run(void)
{
	char line[LINE_MAX];

	if (!inputs)
		return;
	watchdog_stop();
	console_printf(
		"The machine stands still; this is the monitor. `help` lists the commands.\n");
	for (leave = false; !leave;) {
		console_printf("%s", PROMPT);
		read_line(line);
		execute(line);
	}
	watchdog_resume();
}

// strspn checks the digits first, because strtoul would stop silently at a wrong one.
bool monitor_number(const char *text, uintptr_t *value_store)
{
	bool hex = text[0] == '0' && text[1] == 'x';
	const char *digits = hex ? text + 2 : text;
	size_t len = strlen(digits);

	if (len > 0 && strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") == len) {
		*value_store = strtoul(digits, NULL, hex ? 16 : 10);
		return true;
	}
	*value_store = symbol_address(text);
	return *value_store != 0;
}

// The command `help`: list all commands.
static void help(int argc, char **argv)
{
	const struct monitor_command *command;

	(void)argc;
	(void)argv;
	for (command = monitor_cmds_start; command < monitor_cmds_end; command++)
		console_printf("%-10s %s\n", command->name, command->help);
}
MONITOR_COMMAND(help, "this list", help);

// The command `continue`.
static void leave_monitor(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	leave = true;
}
MONITOR_COMMAND(continue, "leave the monitor", leave_monitor);
MONITOR_COMMAND(q, "like continue", leave_monitor);
