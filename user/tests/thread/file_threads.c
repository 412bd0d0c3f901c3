// One open file, several threads: no byte is read twice or lost, and none that is written. The transfers
// are long, so that other threads run in the middle of some.

#include "../thread.h"
#include <fcntl.h>

#define READERS 4
#define BLOCK (1 << 20)
#define BLOCKS 8
#define STEP 4096

static struct test_thread threads[READERS];
static int fds[READERS];
static volatile int bytes[READERS], wrong[READERS];
static unsigned char *seen;

static char *fresh(void)
{
	return mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void yield_some(void)
{
	raw(SYS_sched_yield, 0, 0, 0, 0, 0);
}

// Each block holds its number in one word of each page.
static void read_blocks(void *arg)
{
	int self = (int)(long)arg;
	long n;

	for (;;) {
		char *buffer = fresh();

		n = raw(SYS_read, fds[self], (long)buffer, BLOCK, 0, 0);
		if (n <= 0)
			break;
		bytes[self] += (int)n;
		for (long i = 0; i < n; i += STEP)
			wrong[self] += *(int *)(buffer + i) != *(int *)buffer;
		seen[*(int *)buffer]++;
		munmap(buffer, BLOCK);
		yield_some();
	}
}

static void write_blocks(void *arg)
{
	int self = (int)(long)arg;

	for (int i = 0; i < BLOCKS; i++) {
		int *buffer = (int *)fresh();

		for (int j = 0; j < BLOCK / 4; j += STEP / 4)
			buffer[j] = self * BLOCKS + i;
		bytes[self] += (int)raw(SYS_write, fds[self], (long)buffer, BLOCK, 0, 0);
		munmap(buffer, BLOCK);
		yield_some();
	}
}

static void run(const char *what, void (*function)(void *))
{
	int total = 0, errors = 0, once = 0;

	memset(seen, 0, READERS * BLOCKS);
	for (int i = 0; i < READERS; i++) {
		bytes[i] = wrong[i] = 0;
		start_thread(&threads[i], 0, function, (void *)(long)i);
	}
	for (int i = 0; i < READERS; i++) {
		join_thread(&threads[i]);
		total += bytes[i];
		errors += wrong[i];
	}
	for (int i = 0; i < READERS * BLOCKS; i++)
		once += seen[i] == 1;
	say("%s: %d bytes", what, total);
	if (function == read_blocks)
		say(", %d pages wrong, %d of %d blocks once", errors, once, READERS * BLOCKS);
	say("\n");
}

static void open_all(const char *path, int flags, bool apart)
{
	fds[0] = open(path, flags, 0644);
	for (int i = 1; i < READERS; i++)
		fds[i] = apart ? open(path, flags, 0644) : fds[0];
}

static void close_all(bool apart)
{
	for (int i = 0; i < (apart ? READERS : 1); i++)
		close(fds[i]);
}

int main(void)
{
	seen = malloc(READERS * BLOCKS);
	open_all("/tmp/threads", O_RDWR | O_CREAT | O_TRUNC, false);
	run("write one open file", write_blocks);
	say("size: %ld, position: %ld\n", (long)lseek(fds[0], 0, SEEK_END),
	    (long)lseek(fds[0], 0, SEEK_CUR));
	lseek(fds[0], 0, SEEK_SET);
	run("read it", read_blocks);
	close_all(false);
	open_all("/tmp/threads", O_WRONLY | O_TRUNC | O_APPEND, true);
	run("append by four open files", write_blocks);
	say("size: %ld\n", (long)lseek(fds[0], 0, SEEK_END));
	close_all(true);
	open_all("/tmp/threads", O_RDONLY, false);
	run("read it", read_blocks);
	close_all(false);
	unlink("/tmp/threads");
	return 0;
}
