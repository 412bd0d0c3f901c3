// splice between pipes, files and devices: results, positions, errors, and what stays in a pipe.

#include "../asleep.h"

#include <sys/resource.h>

#define PAGE 4096

static char buffer[40 * PAGE], got[40 * PAGE];

static long splice_bytes(int in, int64_t *in_pos, int out, int64_t *out_pos, size_t len,
                         unsigned int flags)
{
	return syscall(SYS_splice, in, in_pos, out, out_pos, len, flags);
}

static int file_of(const char *path, size_t size)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);

	write(fd, buffer, size);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void file_to_pipe(void)
{
	int file = file_of("/tmp/in", sizeof(buffer)), ends[2];
	int64_t pos = 100;

	pipe(ends);
	show("from the position", splice_bytes(file, NULL, ends[1], NULL, 1000, 0));
	show("position", lseek(file, 0, SEEK_CUR));
	show("from 100", splice_bytes(file, &pos, ends[1], NULL, 2 * PAGE, 0));
	say("now at %d, position %d\n", (int)pos, (int)lseek(file, 0, SEEK_CUR));
	show("until it is full", splice_bytes(file, &pos, ends[1], NULL, sizeof(buffer), 0));
	show("when full", splice_bytes(file, &pos, ends[1], NULL, 1, SPLICE_F_NONBLOCK));
	show("read", read(ends[0], got, sizeof(got)));
	check("first bytes", memcmp(got, buffer, 1000) == 0);
	check("bytes from 100 on", memcmp(got + 1000, buffer + 100, 10 * PAGE) == 0);
	pos = sizeof(buffer) - 10;
	show("at the end", splice_bytes(file, &pos, ends[1], NULL, 100, 0));
	show("beyond it", splice_bytes(file, &pos, ends[1], NULL, 100, 0));
	show("a later write", write(ends[1], "x", 1));
	show("read", read(ends[0], got, sizeof(got)));
	pos = -1;
	show("at -1", splice_bytes(file, &pos, ends[1], NULL, 100, 0));
	close(file);
	close(ends[0]);
	close(ends[1]);
}

static void pipe_to_file(void)
{
	int file = file_of("/tmp/out", 0), ends[2];
	int64_t pos = 5;

	pipe(ends);
	write(ends[1], buffer, 3 * PAGE);
	show("part of a slot", splice_bytes(ends[0], NULL, file, NULL, 1000, 0));
	show("position", lseek(file, 0, SEEK_CUR));
	show("at 5", splice_bytes(ends[0], NULL, file, &pos, 5000, SPLICE_F_MOVE | SPLICE_F_MORE));
	say("now at %d, position %d\n", (int)pos, (int)lseek(file, 0, SEEK_CUR));
	show("all the rest", splice_bytes(ends[0], NULL, file, NULL, 1 << 20, 0));
	show("empty", splice_bytes(ends[0], NULL, file, NULL, 1, SPLICE_F_NONBLOCK));
	show("read the file", pread(file, got, sizeof(got), 0));
	check("right bytes", memcmp(got, buffer, 5) == 0 &&
	                             memcmp(got + 5, buffer + 1000, 995) == 0 &&
	                             memcmp(got + 1000, buffer + 6000, 3 * PAGE - 6000) == 0);
	close(ends[1]);
	show("no writer", splice_bytes(ends[0], NULL, file, NULL, 1, 0));
	close(ends[0]);
	close(file);
}

// The file takes only a part: the rest stays in the pipe, in order.
static void short_write(void)
{
	int file = file_of("/tmp/out", 0), ends[2];

	pipe(ends);
	write(ends[1], buffer, 16 * PAGE);
	fcntl(file, F_SETFL, O_APPEND);
	show("append", splice_bytes(ends[0], NULL, file, NULL, PAGE, 0));
	close(file);
	file = open("/tmp/out", O_RDONLY);
	show("read-only", splice_bytes(ends[0], NULL, file, NULL, PAGE, 0));
	close(file);
	file = open("/tmp/out", O_WRONLY | O_TRUNC);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 10000, RLIM_INFINITY });
	show("to the greatest size", splice_bytes(ends[0], NULL, file, NULL, 16 * PAGE, 0));
	show("beyond it", splice_bytes(ends[0], NULL, file, NULL, 16 * PAGE, 0));
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
	show("still there", read(ends[0], got, sizeof(got)));
	check("in order", memcmp(got, buffer + 10000, 16 * PAGE - 10000) == 0);
	close(file);
	close(ends[0]);
	close(ends[1]);
}

static void pipe_to_pipe(void)
{
	int from[2], to[2], i, count;

	pipe(from);
	pipe2(to, O_NONBLOCK);
	write(from[1], buffer, PAGE);
	write(from[1], buffer + PAGE, 100);
	show("one and a half", splice_bytes(from[0], NULL, to[1], NULL, PAGE + 50, 0));
	show("append to the half", write(to[1], "y", 1));
	show("the other half", splice_bytes(from[0], NULL, to[1], NULL, PAGE, 0));
	show("append to the whole", write(to[1], "z", 1));
	show("read", read(to[0], got, sizeof(got)));
	check("right bytes", memcmp(got, buffer, PAGE + 50) == 0 && got[PAGE + 50] == 'y' &&
	                             memcmp(got + PAGE + 51, buffer + PAGE + 50, 50) == 0 &&
	                             got[PAGE + 101] == 'z');
	show("empty, nonblocking by the other end", splice_bytes(from[0], NULL, to[1], NULL, 1, 0));
	for (i = 0; i < 16; i++)
		write(from[1], buffer + i * PAGE, PAGE);
	for (count = 0; splice_bytes(from[0], NULL, to[1], NULL, 10, 0) == 10; count++)
		;
	say("small moves until it is full: %d\n", count);
	show("full", splice_bytes(from[0], NULL, to[1], NULL, 10, 0));
	show("read", read(to[0], got, sizeof(got)));
	show("move all", splice_bytes(from[0], NULL, to[1], NULL, 1 << 20, 0));
	show("read", read(to[0], got + 160, sizeof(got) - 160));
	check("right bytes", memcmp(got, buffer, 16 * PAGE) == 0);
	close(from[1]);
	show("no writer", splice_bytes(from[0], NULL, to[1], NULL, 1, 0));
	close(from[0]);
	close(to[0]);
	close(to[1]);
}

static void no_reader(void)
{
	int from[2], to[2], file = file_of("/tmp/in", 10);

	signal(SIGPIPE, SIG_IGN);
	pipe(from);
	pipe(to);
	close(to[0]);
	write(from[1], "abc", 3);
	show("pipe to a pipe without a reader", splice_bytes(from[0], NULL, to[1], NULL, 3, 0));
	show("file to it", splice_bytes(file, NULL, to[1], NULL, 3, 0));
	show("still there", read(from[0], got, 10));
	close(from[0]);
	close(from[1]);
	close(to[1]);
	close(file);
}

static void devices(void)
{
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR), ends[2];
	int directory = open("/tmp", O_RDONLY);
	int64_t pos = 0;

	pipe(ends);
	show("from null", splice_bytes(null, NULL, ends[1], NULL, 10, 0));
	show("from zero", splice_bytes(zero, NULL, ends[1], NULL, 10000, 0));
	show("to null", splice_bytes(ends[0], NULL, null, NULL, 6000, 0));
	show("to null at a position", splice_bytes(ends[0], NULL, null, &pos, 1000, 0));
	show("to zero", splice_bytes(ends[0], NULL, zero, NULL, 1000, 0));
	show("read", read(ends[0], got, sizeof(got)));
	show("a directory", splice_bytes(directory, NULL, ends[1], NULL, 1, 0));
	close(null);
	close(zero);
	close(directory);
	close(ends[0]);
	close(ends[1]);
}

static void errors(void)
{
	int file = file_of("/tmp/in", 10), path = open("/tmp/in", O_PATH), ends[2], other[2];
	int64_t pos = 0, *bad = (int64_t *)8;

	pipe(ends);
	pipe(other);
	show("nothing, all wrong", splice_bytes(99, bad, 99, bad, 0, 99));
	show("flags", splice_bytes(99, NULL, 99, NULL, 1, 16));
	show("bad source", splice_bytes(99, NULL, ends[1], NULL, 1, 0));
	show("bad destination", splice_bytes(ends[0], NULL, 99, NULL, 1, 0));
	show("a path", splice_bytes(path, NULL, ends[1], NULL, 1, 0));
	show("wrong ends", splice_bytes(ends[1], NULL, file, NULL, 1, 0));
	show("position of the source pipe", splice_bytes(ends[1], &pos, file, bad, 1, 0));
	show("position of the other pipe", splice_bytes(file, bad, ends[0], &pos, 1, 0));
	show("bad position", splice_bytes(file, bad, ends[1], NULL, 1, 0));
	show("bad position, wrong end", splice_bytes(file, bad, ends[0], NULL, 1, 0));
	show("no pipe", splice_bytes(file, NULL, file, NULL, 1, 0));
	show("one pipe", splice_bytes(ends[0], NULL, ends[1], NULL, 1, 0));
	show("tee of one pipe", syscall(SYS_tee, ends[0], ends[1], 1, 0));
	show("tee of a file", syscall(SYS_tee, file, ends[1], 1, 0));
	show("tee, wrong ends", syscall(SYS_tee, ends[1], other[0], 1, 0));
	show("tee of nothing", syscall(SYS_tee, 99, 99, 0, 0));
	show("tee of nothing, flags", syscall(SYS_tee, 99, 99, 0, 16));
	show("tee, empty", syscall(SYS_tee, ends[0], other[1], 1, SPLICE_F_NONBLOCK));
	close(ends[1]);
	show("tee, no writer", syscall(SYS_tee, ends[0], other[1], 1, 0));
	close(ends[0]);
	close(other[0]);
	close(other[1]);
	close(file);
	close(path);
}

static void tee(void)
{
	int from[2], to[2];

	pipe(from);
	pipe(to);
	write(from[1], buffer, 3 * PAGE);
	show("tee a part", syscall(SYS_tee, from[0], to[1], PAGE + 7, 0));
	show("tee again", syscall(SYS_tee, from[0], to[1], 1 << 20, 0));
	show("read the copy", read(to[0], got, sizeof(got)));
	check("right bytes",
	      memcmp(got, buffer, PAGE + 7) == 0 && memcmp(got + PAGE + 7, buffer, 3 * PAGE) == 0);
	show("read the source", read(from[0], got, sizeof(got)));
	check("right bytes", memcmp(got, buffer, 3 * PAGE) == 0);
	while (write(to[1], buffer, PAGE) == PAGE && fcntl(to[1], F_SETFL, O_NONBLOCK) == 0)
		;
	write(from[1], "x", 1);
	show("tee into a full one", syscall(SYS_tee, from[0], to[1], 1, 0));
	close(to[0]);
	signal(SIGPIPE, SIG_IGN);
	show("tee without a reader", syscall(SYS_tee, from[0], to[1], 1, 0));
	close(to[1]);
	close(from[0]);
	close(from[1]);
}

// A splice and a tee wait for bytes, and a splice for room.
static void waits(void)
{
	int from[2], to[2], status;
	pid_t child;
	long n;

	pipe(from);
	pipe(to);
	child = fork();
	if (child == 0) {
		show("the child copies", syscall(SYS_tee, from[0], to[1], 100, 0));
		show("the child moves", splice_bytes(from[0], NULL, to[1], NULL, 100, 0));
		_exit(0);
	}
	let_sleep(child);
	write(from[1], "abc", 3);
	wait(&status);
	show("read", read(to[0], got, sizeof(got)));
	while (write(to[1], buffer, PAGE) == PAGE && fcntl(to[1], F_SETFL, O_NONBLOCK) == 0)
		;
	fcntl(to[1], F_SETFL, 0);
	write(from[1], "abc", 3);
	child = fork();
	if (child == 0) {
		show("the child moves", splice_bytes(from[0], NULL, to[1], NULL, 100, 0));
		_exit(0);
	}
	let_sleep(child);
	n = read(to[0], got, 2 * PAGE);
	wait(&status);
	show("read", n);
	close(from[0]);
	close(from[1]);
	close(to[0]);
	close(to[1]);
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(buffer); i++)
		buffer[i] = (char)(i * 7 + i / PAGE);
	file_to_pipe();
	pipe_to_file();
	short_write();
	pipe_to_pipe();
	no_reader();
	devices();
	errors();
	tee();
	waits();
	return 0;
}
