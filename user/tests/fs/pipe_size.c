// F_SETPIPE_SZ and F_GETPIPE_SZ: rounding, limits, and what changes for those who use the pipe.

#include "../asleep.h"

#include <poll.h>

#define PAGE 4096
#define USER 1000

static int ends[2];
static char buffer[1 << 20], got[1 << 20];

static void resize(unsigned int bytes)
{
	char text[40];

	snprintf(text, sizeof(text), "set %u", bytes);
	show(text, fcntl(ends[1], F_SETPIPE_SZ, bytes));
}

static void sizes(void)
{
	pipe(ends);
	show("a new pipe", fcntl(ends[0], F_GETPIPE_SZ));
	resize(0);
	resize(1);
	resize(PAGE);
	resize(PAGE + 1);
	resize(3 * PAGE);
	resize(1 << 20);
	resize(0x80000001);
	resize(0xffffffff);
	show("now", fcntl(ends[0], F_GETPIPE_SZ));
	show("by the other end", fcntl(ends[0], F_SETPIPE_SZ, 5 * PAGE));
	close(ends[0]);
	show("without a reader", fcntl(ends[1], F_SETPIPE_SZ, 2 * PAGE));
	close(ends[1]);
}

static void not_pipes(void)
{
	int file = open("/tmp/file", O_CREAT | O_RDWR, 0600), path = open("/tmp", O_PATH);

	show("size of a file", fcntl(file, F_GETPIPE_SZ));
	show("set it", fcntl(file, F_SETPIPE_SZ, PAGE));
	show("a path", fcntl(path, F_SETPIPE_SZ, PAGE));
	show("no descriptor", fcntl(99, F_SETPIPE_SZ, PAGE));
	close(file);
	close(path);
}

static short ready(int fd, short events)
{
	struct pollfd item = { .fd = fd, .events = events };

	poll(&item, 1, 0);
	return item.revents;
}

// The bytes stay, in order; what is full and what is not follows the new size.
static void contents(void)
{
	size_t i;

	for (i = 0; i < sizeof(buffer); i++)
		buffer[i] = (char)(i * 7 + i / 4096);
	pipe2(ends, O_NONBLOCK);
	read(ends[0], got, write(ends[1], buffer, 3 * PAGE)); // begin in the middle of the ring
	show("fill", write(ends[1], buffer, sizeof(buffer)));
	show("room", ready(ends[1], POLLOUT));
	resize(8 * PAGE);
	resize(32 * PAGE);
	show("room", ready(ends[1], POLLOUT));
	show("fill again", write(ends[1], buffer + 16 * PAGE, sizeof(buffer)));
	show("read some", read(ends[0], got, 25 * PAGE));
	resize(4 * PAGE);
	resize(8 * PAGE);
	show("room", ready(ends[1], POLLOUT));
	show("read the rest", read(ends[0], got + 25 * PAGE, sizeof(got)));
	check("right bytes", memcmp(buffer, got, 32 * PAGE) == 0);
	resize(PAGE);
	show("write a byte", write(ends[1], "x", 1));
	show("write more", write(ends[1], buffer, PAGE));
	show("room", ready(ends[1], POLLOUT));
	resize(1 << 20);
	show("fill", write(ends[1], buffer, sizeof(buffer)));
	show("read all", read(ends[0], got, sizeof(got)));
	show("right first byte", got[0] == 'x');
	check("right bytes", memcmp(buffer, got + 1, 255 * PAGE) == 0);
	close(ends[0]);
	close(ends[1]);
}

// A writer that waits for room continues when the pipe grows.
static void waiting_writer(void)
{
	char byte;
	int done[2], status;
	pid_t child;

	pipe(ends);
	pipe(done);
	resize(PAGE);
	write(ends[1], buffer, PAGE);
	child = fork();
	if (child == 0) {
		write(done[1], "", write(ends[1], buffer, PAGE) == PAGE);
		_exit(0);
	}
	let_sleep(child);
	resize(2 * PAGE);
	show("the writer is done", read(done[0], &byte, 1));
	wait(&status);
	show("bytes", read(ends[0], got, sizeof(got)));
	close(ends[0]);
	close(ends[1]);
	close(done[0]);
	close(done[1]);
}

// A FIFO without open ends forgets its size.
static void fifo(void)
{
	mkfifo("/tmp/fifo", 0600);
	ends[1] = open("/tmp/fifo", O_RDWR);
	resize(1 << 18);
	write(ends[1], "lost", 4);
	close(ends[1]);
	ends[1] = open("/tmp/fifo", O_RDWR | O_NONBLOCK);
	show("opened again", fcntl(ends[1], F_GETPIPE_SZ));
	show("its bytes", read(ends[1], got, 4));
	close(ends[1]);
}

// Without privileges a pipe may have 1 MiB, or become smaller.
static void unprivileged(void)
{
	int status;

	pipe(ends);
	if (fork() == 0) {
		syscall(SYS_setresuid32, USER, USER, USER);
		resize(1 << 20);
		resize((1 << 20) + 1);
		resize(1u << 31);
		resize(PAGE);
		_exit(0);
	}
	wait(&status);
	show_status("user", status);
}

int main(void)
{
	sizes();
	not_pipes();
	contents();
	waiting_writer();
	fifo();
	unprivileged();
	return 0;
}
