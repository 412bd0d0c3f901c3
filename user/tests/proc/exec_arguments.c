// argv and envp reach the new program as they were given.

#include "test.h"
#include <sys/auxv.h>

extern char **environ;

static void show_strings(const char *name, char **strings)
{
	int i;

	for (i = 0; strings[i]; i++)
		say("%s[%d] = \"%s\"\n", name, i, strings[i]);
	say("%s[%d] = NULL\n", name, i);
}

int main(int argc, char **argv)
{
	char *path = (char *)getauxval(AT_EXECFN);
	char *new_argv[] = { "not the path", "two words", "", "--option=value", "\x80\xff", NULL };
	char *new_envp[] = { "A=1", "NOT_A_VARIABLE", "", "PATH=/nowhere", NULL };
	static char long_argument[100001];
	char *long_argv[] = { "long", long_argument, NULL };

	if (argc > 1 && strcmp(argv[0], "long") == 0) {
		say("an argument of %zu bytes arrived\n", strlen(argv[1]));
		return 0;
	}
	if (argc > 1) {
		say("argc = %d\n", argc);
		show_strings("argv", argv);
		show_strings("envp", environ);
		check("argv, envp and their strings are in this order",
		      (char *)(argv + argc + 1) == (char *)environ && (char *)environ < argv[0] &&
		              argv[0] < environ[0]);
		memset(long_argument, 'x', sizeof(long_argument) - 1);
		execve(path, long_argv, new_envp);
		return 1;
	}
	say("the path is %s\n", path);
	check("argv[0] too", strcmp(argv[0], path) == 0);
	show("it failed", execve(path, new_argv, new_envp));
	return 1;
}
