// uname [-a]: the system's name; -a: all that is known of it.

#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct utsname name;

	if (uname(&name) < 0) {
		perror("uname");
		return 1;
	}
	if (getopt(argc, argv, "a") == 'a')
		printf("%s %s %s %s %s\n", name.sysname, name.nodename, name.release, name.version,
		       name.machine);
	else
		puts(name.sysname);
	return 0;
}
