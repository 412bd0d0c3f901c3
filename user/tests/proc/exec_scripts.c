// Of a script's first line 255 bytes count; a script's interpreter may be a script, five times.
#include "test.h"

#define SCRIPT "/tmp/script"
#define INTERPRETER "/tmp/interpreter" // a link to this program

// Write a script: `before`, `n` bytes 'a', `after`.
static void write_script(const char *path, const char *before, size_t n, const char *after)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0755);

	write(fd, before, strlen(before));
	while (n-- > 0)
		write(fd, "a", 1);
	write(fd, after, strlen(after));
	close(fd);
}

static void run(const char *path)
{
	char *arguments[] = { (char *)path, "argument", NULL }, *environment[] = { NULL };

	if (fork_or_end() == 0) {
		execve(path, arguments, environment);
		say("%s\n", error_name(errno));
		_exit(1);
	}
	wait(NULL);
}

static void try(const char *what, const char *before, size_t n, const char *after)
{
	say("%s: ", what);
	write_script(SCRIPT, before, n, after);
	run(SCRIPT);
}

static void lengths(void)
{
	static const size_t args[] = { 0, 1, 200, 235, 236, 237, 238, 239, 300, 5000 };

	for (size_t i = 0; i < COUNT(args); i++) {
		try("an argument", "#!" INTERPRETER " ", args[i], "\n");
		try("  without an end of line", "#!" INTERPRETER " ", args[i], "");
		try("  with blanks behind", "#!" INTERPRETER " ", args[i], " \t \n");
		try("  and without an end", "#!" INTERPRETER " ", args[i], " \t ");
	}
}

// The name itself is cut off, or ends just where the line does.
static void names(void)
{
	static const size_t lengths[] = { 251, 252, 253, 254, 300 };
	char path[512];

	for (size_t i = 0; i < COUNT(lengths); i++) {
		size_t n = strlen("/tmp/");

		memset(path, 'a', sizeof(path));
		memcpy(path, "/tmp/", n);
		path[lengths[i]] = '\0';
		symlink("/tests/exec_scripts", path);
		try("a name", "#!/tmp/", lengths[i] - n, "\n");
		try("  without an end of line", "#!/tmp/", lengths[i] - n, "");
		try("  with a blank behind", "#!/tmp/", lengths[i] - n, " ");
		try("  with an argument", "#!/tmp/", lengths[i] - n, " b\n");
	}
}

static void forms(void)
{
	try("no name", "#!", 0, "");
	try("only blanks", "#! \t ", 0, "\n");
	try("blanks first", "#! \t " INTERPRETER, 0, "\n");
	try("blanks between", "#!" INTERPRETER " \t b \t c \t", 0, "\n");
	try("another line", "#!" INTERPRETER " b", 0, "\nc\n");
	try("a blank as the first byte", " #!" INTERPRETER, 0, "\n");
	try("a carriage return", "#!" INTERPRETER "\r", 0, "\n");
}

// A NUL in the first line ends what it stands in.
static void zeroes(void)
{
	static const char name[] = "#!" INTERPRETER "\0b c\n", arg[] = "#!" INTERPRETER " b\0c\n";
	int fd = open(SCRIPT, O_CREAT | O_TRUNC | O_WRONLY, 0755);

	write(fd, name, sizeof(name) - 1);
	close(fd);
	say("a NUL behind the name: ");
	run(SCRIPT);
	fd = open(SCRIPT, O_CREAT | O_TRUNC | O_WRONLY, 0755);
	write(fd, arg, sizeof(arg) - 1);
	close(fd);
	say("a NUL in the argument: ");
	run(SCRIPT);
}

// Script i names script i - 1 as its interpreter.
static void levels(void)
{
	char path[32], line[64];

	symlink("/tests/exec_scripts", "/tmp/level0");
	for (int i = 1; i <= 8; i++) {
		snprintf(path, sizeof(path), "/tmp/level%d", i);
		snprintf(line, sizeof(line), "#!/tmp/level%d x", i - 1);
		write_script(path, line, 0, "\n");
		say("level %d: ", i);
		run(path);
	}
	unlink("/tmp/level1");
	for (int i = 2; i <= 8; i++) {
		snprintf(path, sizeof(path), "/tmp/level%d", i);
		say("%d, the last is absent: ", i);
		run(path);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			if (strlen(argv[i]) > 40)
				say(" [%zu bytes]", strlen(argv[i]));
			else
				say(" [%s]", argv[i]);
		say("\n");
		return 0;
	}
	symlink("/tests/exec_scripts", INTERPRETER);
	lengths();
	names();
	forms();
	zeroes();
	levels();
	return 0;
}
