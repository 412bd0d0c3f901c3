// limit: 10
// Files of /proc that are read while their process comes and goes, and that are held beyond its end.

#include "evil.h"

static char buffer[8192];

// Read a file of a process, a few bytes at a time. Returns whether each read returned something
// sensible.
static bool read_all(int fd)
{
	ssize_t n;

	lseek(fd, 0, SEEK_SET);
	do
		n = read(fd, buffer, 100);
	while (n > 0);
	return n == 0 || errno == ESRCH || errno == ENOENT;
}

int main(void)
{
	static const char *const names[] = { "maps", "status", "stat", "cmdline", "fd" };
	int wrong = 0, held[COUNT(names)];
	char path[64];

	evil_begin();
	for (int i = 0; i < 300; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			sleep_ms(i % 2);
			if (i % 3)
				run_true();
			_exit(0);
		}
		for (size_t name = 0; name < COUNT(names); name++) {
			snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[name]);
			held[name] = open(path, O_RDONLY);
			wrong += name < 4 && held[name] >= 0 && !read_all(held[name]);
		}
		if (i % 4 == 0)
			kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		for (size_t name = 0; name < COUNT(names); name++) {
			wrong += name < 4 && held[name] >= 0 && !read_all(held[name]);
			if (held[name] >= 0)
				syscall(SYS_getdents64, held[name], buffer, sizeof(buffer));
			close(held[name]);
		}
	}
	show("wrong", wrong);
	return evil_end();
}
