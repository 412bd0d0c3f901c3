// stty [SETTING...]: show how the terminal of standard input is set, or set it. A setting is a name
// (-NAME: off), `sane`, `raw`, `rows N` or `columns N`; `size` shows the size alone.

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static const struct flag {
	const char *name;
	char set; // i, o or l: input, output, local
	tcflag_t bit;
	bool sane;
} flags[] = {
	{ "icrnl", 'i', ICRNL, true },    { "ixon", 'i', IXON, true },
	{ "iutf8", 'i', IUTF8, true },    { "opost", 'o', OPOST, true },
	{ "onlcr", 'o', ONLCR, true },    { "isig", 'l', ISIG, true },
	{ "icanon", 'l', ICANON, true },  { "iexten", 'l', IEXTEN, true },
	{ "echo", 'l', ECHO, true },      { "echoe", 'l', ECHOE, true },
	{ "echok", 'l', ECHOK, true },    { "echoctl", 'l', ECHOCTL, true },
	{ "tostop", 'l', TOSTOP, false },
};

#define FLAGS (sizeof(flags) / sizeof(*flags))

static tcflag_t *word(struct termios *termios, const struct flag *flag)
{
	return flag->set == 'i' ? &termios->c_iflag :
	       flag->set == 'o' ? &termios->c_oflag :
	                          &termios->c_lflag;
}

static void put(struct termios *termios, const struct flag *flag, bool on)
{
	tcflag_t *bits = word(termios, flag);

	*bits = on ? *bits | flag->bit : *bits & ~flag->bit;
}

// Change what `name` says. Returns false if there is no such setting.
static bool change(struct termios *termios, const char *name)
{
	bool on = *name != '-', known = false;
	size_t i;

	name += !on;
	for (i = 0; i < FLAGS; i++) {
		if (on && strcmp(name, "sane") == 0) {
			put(termios, &flags[i], flags[i].sane);
		} else if (strcmp(name, "raw") == 0) {
			put(termios, &flags[i], !on && flags[i].sane);
		} else if (strcmp(flags[i].name, name) == 0) {
			put(termios, &flags[i], on);
		} else {
			continue;
		}
		known = true;
	}
	return known;
}

static void show(struct termios *termios, const struct winsize *size)
{
	size_t i;

	printf("rows %u; columns %u;\n", size->ws_row, size->ws_col);
	for (i = 0; i < FLAGS; i++)
		printf("%s%s%s", *word(termios, &flags[i]) & flags[i].bit ? "" : "-", flags[i].name,
		       i + 1 < FLAGS ? " " : "\n");
}

int main(int argc, char **argv)
{
	struct winsize size = { 0 };
	struct termios termios;
	bool sized = false;
	int i;

	if (tcgetattr(STDIN_FILENO, &termios) < 0) {
		perror("stty: standard input");
		return 1;
	}
	ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	if (argc == 1)
		show(&termios, &size);
	for (i = 1; i < argc; i++) {
		bool rows = strcmp(argv[i], "rows") == 0, columns = strcmp(argv[i], "columns") == 0;

		if ((rows || columns) && i + 1 < argc) {
			*(rows ? &size.ws_row : &size.ws_col) = (unsigned short)atoi(argv[++i]);
			sized = true;
		} else if (strcmp(argv[i], "size") == 0) {
			printf("%u %u\n", size.ws_row, size.ws_col);
		} else if (!change(&termios, argv[i])) {
			fprintf(stderr, "stty: %s: no such setting\n", argv[i]);
			return 2;
		}
	}
	if (argc > 1 && (tcsetattr(STDIN_FILENO, TCSADRAIN, &termios) < 0 ||
	                 (sized && ioctl(STDIN_FILENO, TIOCSWINSZ, &size) < 0))) {
		perror("stty");
		return 1;
	}
	return 0;
}
