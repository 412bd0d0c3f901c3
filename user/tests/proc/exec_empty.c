// Programs started without arguments or environment. Linux puts an empty argv[0] where there is
// none.

#include "test.h"
#include <sys/auxv.h>

extern char **environ;

int main(int argc, char **argv)
{
	char *path = (char *)getauxval(AT_EXECFN);
	char *none[] = { NULL };
	char *one[] = { "second", NULL };

	say("argc = %d, argv[0] = \"%s\", %s\n", argc, argv[0],
	    environ[0] ? "an environment" : "no environment");
	if (strcmp(argv[0], "second") == 0)
		execve(path, none, NULL);
	else if (argv[0][0] != '\0')
		execve(path, one, none);
	return 0;
}
