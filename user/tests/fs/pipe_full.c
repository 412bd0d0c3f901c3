// More than a pipe holds: the writer waits until there is room, and nothing is lost or torn.

#include "test.h"

#define TOTAL 300000
#define RECORD 100

static char buffer[TOTAL];

static void write_all_at_once(int fd)
{
	int i;

	for (i = 0; i < TOTAL; i++)
		buffer[i] = (char)(i * 7);
	_exit(write(fd, buffer, TOTAL) != TOTAL);
}

// Each writer writes records of its own letter; writes of up to PIPE_BUF bytes stay whole.
static void write_records(int fd, char letter)
{
	int i;

	memset(buffer, letter, RECORD);
	for (i = 0; i < 1000; i++)
		if (write(fd, buffer, RECORD) != RECORD)
			_exit(1);
	_exit(0);
}

static ssize_t read_exactly(int fd, char *to, size_t n)
{
	size_t done = 0;
	ssize_t got;

	while (done < n && (got = read(fd, to + done, n - done)) > 0)
		done += got;
	return done;
}

static void one_large_write(void)
{
	int fds[2], status, total = 0, wrong = 0;
	ssize_t n, i;

	pipe(fds);
	if (fork() == 0)
		write_all_at_once(fds[1]);
	close(fds[1]);
	while ((n = read(fds[0], buffer, 1000)) > 0) {
		for (i = 0; i < n; i++)
			wrong += buffer[i] != (char)((total + i) * 7);
		total += n;
	}
	wait(&status);
	say("read %d bytes, %d wrong\n", total, wrong);
	show_status("the write was whole", status);
	close(fds[0]);
}

static void many_writers(void)
{
	int fds[2], i, torn = 0, records = 0;

	pipe(fds);
	for (i = 0; i < 4; i++)
		if (fork() == 0)
			write_records(fds[1], (char)('a' + i));
	close(fds[1]);
	while (read_exactly(fds[0], buffer, RECORD) == RECORD) {
		records++;
		for (i = 1; i < RECORD; i++)
			if (buffer[i] != buffer[0])
				torn++;
	}
	say("%d records, %d bytes torn\n", records, torn);
	for (i = 0; wait(NULL) > 0; i++)
		;
	say("%d writers\n", i);
}

int main(void)
{
	one_large_write();
	many_writers();
	return 0;
}
