// helper
// args: PROGRAM... Runs one program after the other. Before each is a line `== NAME`, after each one that
// says how it ended, as in a record, and at the end a last `== end`. Each finds /tmp empty, and what its
// predecessor left running is gone.

#include "test.h"
#include <dirent.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char inner[512];

	while (dir && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
		if (unlink(inner) == 0)
			continue;
		empty(inner);
		rmdir(inner);
	}
	if (dir)
		closedir(dir);
}

static void run_program(char *path)
{
	char *const argv[] = { path, NULL };
	int status = 0;
	pid_t pid;

	say("== %s\n", base_name(path));
	pid = fork_or_end();
	if (pid == 0) {
		setpgid(0, 0); // signals to its group are not for us
		execve(path, argv, environ);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	kill(-pid, SIGKILL);
	empty("/tmp");
	if (WIFSIGNALED(status))
		say("status: signal %d\n", WTERMSIG(status));
	else
		say("status: exit %d\n", WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run_program(argv[i]);
	say("== end\n");
	return 0;
}
