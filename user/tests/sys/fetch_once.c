// What a call points to is read once, when the call begins: a process that shares the address space
// and changes it while the call sleeps changes nothing.

#include "evil.h"
#include <poll.h>
#include <sys/uio.h>

static int ends[2], other[2];
static char first[8], second[8], third[8];
static struct iovec vector[2];
static char path[32];
static struct timespec duration;
static struct pollfd polled;

static void set_vector(void)
{
	memset(first, '-', sizeof(first));
	memset(second, '-', sizeof(second));
	memset(third, '-', sizeof(third));
	vector[0] = (struct iovec){ first, 4 };
	vector[1] = (struct iovec){ second, 4 };
}

static void spoil_vector(void)
{
	vector[0] = (struct iovec){ third, sizeof(third) };
	vector[1] = (struct iovec){ (void *)0xc0100000, 0xffffffff };
}

// What the one who shares the space does while the call sleeps.

static void change_and_feed(void)
{
	sleep_ms(5);
	spoil_vector();
	write(ends[1], "abcdefgh", 8);
}

static void change_and_drain(void)
{
	static char taken[65536];

	sleep_ms(5);
	spoil_vector();
	read(ends[0], taken, sizeof(taken));
}

static void change_path(void)
{
	sleep_ms(5);
	strcpy(path, "/tmp/fetch_other");
	close(open("/tmp/fetch_fifo", O_WRONLY));
}

static void change_duration(void)
{
	sleep_ms(2);
	duration.tv_sec = 1000;
}

static void change_poll(void)
{
	sleep_ms(5);
	polled.fd = other[0];
	polled.events = 0;
	write(ends[1], "x", 1);
}

static pid_t begin(void (*change)(void))
{
	static char stack[16384] __attribute__((aligned(16)));

	return share_space(change, stack + sizeof(stack), CLONE_VM | SIGCHLD);
}

static void try_vectors(void)
{
	static char much[65536];
	pid_t pid;

	set_vector();
	pid = begin(change_and_feed);
	show("readv", readv(ends[0], vector, 2));
	waitpid(pid, NULL, 0);
	say("%.8s %.8s %.8s\n", first, second, third);

	write(ends[1], much, sizeof(much)); // the pipe is full
	set_vector();
	pid = begin(change_and_drain);
	show("writev", writev(ends[1], vector, 2));
	waitpid(pid, NULL, 0);
	show("read", read(ends[0], much, sizeof(much)));
	say("%.8s\n", much);
}

static void try_path(void)
{
	struct stat status = { 0 };
	pid_t pid;
	int fd;

	make_file("/tmp/fetch_other", "");
	mkfifo("/tmp/fetch_fifo", 0600);
	strcpy(path, "/tmp/fetch_fifo");
	pid = begin(change_path);
	fd = open(path, O_RDONLY);
	fstat(fd, &status);
	check("open: the first path's file", S_ISFIFO(status.st_mode));
	close(fd);
	waitpid(pid, NULL, 0);
	unlink("/tmp/fetch_fifo");
	unlink("/tmp/fetch_other");
}

static void try_waits(void)
{
	pid_t pid;

	duration = (struct timespec){ 0, 10000000 };
	pid = begin(change_duration);
	show("nanosleep", nanosleep(&duration, NULL));
	waitpid(pid, NULL, 0);

	polled = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	pid = begin(change_poll);
	show("poll", poll(&polled, 1, 1000));
	say("revents %#x\n", (unsigned int)polled.revents);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	pipe(ends);
	pipe(other);
	try_vectors();
	try_path();
	try_waits();
	return 0;
}
