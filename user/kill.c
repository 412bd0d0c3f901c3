// kill [-SIGNAL] PID...: send a signal, given by name or number; SIGTERM without an option. kill
// -l: names.

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name {
	const char *name;
	int signo;
};

static const struct name names[] = {
	{ "HUP", SIGHUP },   { "INT", SIGINT },   { "QUIT", SIGQUIT }, { "ILL", SIGILL },
	{ "TRAP", SIGTRAP }, { "ABRT", SIGABRT }, { "BUS", SIGBUS },   { "FPE", SIGFPE },
	{ "KILL", SIGKILL }, { "USR1", SIGUSR1 }, { "SEGV", SIGSEGV }, { "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE }, { "ALRM", SIGALRM }, { "TERM", SIGTERM }, { "CHLD", SIGCHLD },
	{ "CONT", SIGCONT }, { "STOP", SIGSTOP }, { "TSTP", SIGTSTP }, { "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU },
};

#define NAMES (sizeof(names) / sizeof(*names))

// The number of "9", "KILL" or "SIGKILL"; -1 if it is none.
static int signal_number(const char *text)
{
	size_t i;

	if (isdigit((unsigned char)*text))
		return atoi(text);
	if (strncmp(text, "SIG", 3) == 0)
		text += 3;
	for (i = 0; i < NAMES; i++)
		if (strcmp(names[i].name, text) == 0)
			return names[i].signo;
	return -1;
}

static int print_names(void)
{
	size_t i;

	for (i = 0; i < NAMES; i++)
		printf("%2d %s\n", names[i].signo, names[i].name);
	return 0;
}

int main(int argc, char **argv)
{
	int signo = SIGTERM, status = 0, i = 1;
	long pid;
	char *end;

	if (argc > 1 && strcmp(argv[1], "-l") == 0)
		return print_names();
	if (argc > 1 && argv[1][0] == '-')
		signo = signal_number(argv[i++] + 1);
	if (signo < 0 || i >= argc) {
		fprintf(stderr, "usage: kill [-SIGNAL] PID...\n");
		return 2;
	}
	for (; i < argc; i++) {
		pid = strtol(argv[i], &end, 10);
		if (*end)
			errno = EINVAL;
		if (*end || kill((pid_t)pid, signo) < 0) {
			fprintf(stderr, "kill: %s: %s\n", argv[i], strerror(errno));
			status = 1;
		}
	}
	return status;
}
