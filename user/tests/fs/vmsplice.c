// vmsplice: memory into a pipe and out of it. What is in a pipe belongs to no page that another process
// can get, and no page of the pipe is ever another's: not after fork, munmap, a gift, or an exit.

#include "test.h"

#include <sys/mman.h>
#include <sys/uio.h>

#define PAGE 4096

static int ends[2];
static char got[20 * PAGE];

static long give(void *memory, size_t len, unsigned int flags)
{
	struct iovec range = { memory, len };

	return syscall(SYS_vmsplice, ends[1], &range, 1, flags);
}

static char *new_memory(size_t size, char value)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(memory, value, size);
	return memory;
}

// Read `n` bytes from the pipe, and check that all are `value`.
static void expect(const char *what, size_t n, char value)
{
	ssize_t r = read(ends[0], got, n);
	size_t i, wrong = 0;

	for (i = 0; i < n; i++)
		wrong += got[i] != value;
	say("%s: %d bytes, %d wrong\n", what, (int)r, (int)wrong);
}

static void results(void)
{
	char *memory = new_memory(20 * PAGE, 'a');
	struct iovec ranges[4] = {
		{ memory + 10, 20 }, { memory, 0 }, { memory + PAGE - 5, 10 }, { memory, 5 }
	};

	show("three ranges", syscall(SYS_vmsplice, ends[1], ranges, 4, 0));
	expect("read", 35, 'a');
	show("a page and a bit", give(memory + 1, PAGE, 0));
	expect("read", PAGE, 'a');
	show("more than there is room", give(memory, 20 * PAGE, 0));
	show("full", give(memory, 1, SPLICE_F_NONBLOCK));
	expect("read", 16 * PAGE, 'a');
	munmap(memory + PAGE, PAGE);
	show("a hole", give(memory, 3 * PAGE, 0));
	expect("read", PAGE, 'a');
	show("only the hole", give(memory + PAGE, 10, 0));
	show("no ranges", syscall(SYS_vmsplice, ends[1], ranges, 0, 0));
	show("too many ranges", syscall(SYS_vmsplice, ends[1], ranges, 1025, 0));
	show("bad ranges", syscall(SYS_vmsplice, ends[1], 8, 1, 0));
	show("flags", syscall(SYS_vmsplice, ends[1], ranges, 1, 16));
	show("no descriptor", syscall(SYS_vmsplice, 99, ranges, 1, 0));
	munmap(memory, 20 * PAGE);
}

static void out_of_pipe(void)
{
	char *memory = new_memory(2 * PAGE, '-');
	struct iovec ranges[2] = { { memory, 3 }, { memory + PAGE, 100 } }, bad = { (void *)8, 10 };
	int file = open("/dev/null", O_RDWR);

	write(ends[1], "hello, reader", 13);
	show("into two ranges", syscall(SYS_vmsplice, ends[0], ranges, 2, 0));
	say("%.4s|%.11s\n", memory, memory + PAGE);
	show("empty", syscall(SYS_vmsplice, ends[0], ranges, 2, SPLICE_F_NONBLOCK));
	write(ends[1], "x", 1);
	show("bad memory", syscall(SYS_vmsplice, ends[0], &bad, 1, 0));
	show("the byte is still there", read(ends[0], got, 10));
	show("no pipe", syscall(SYS_vmsplice, file, ranges, 1, 0));
	close(file);
	munmap(memory, 2 * PAGE);
}

// The memory goes, and its pages get other owners and other contents.
static void memory_goes(void)
{
	char *memory = new_memory(8 * PAGE, 'b');
	int status;

	give(memory, 8 * PAGE, 0);
	munmap(memory, 8 * PAGE);
	memory = new_memory(8 * PAGE, 'X');
	expect("after munmap", 8 * PAGE, 'b');
	munmap(memory, 8 * PAGE);

	memory = new_memory(8 * PAGE, 'c');
	give(memory, 8 * PAGE, SPLICE_F_GIFT);
	munmap(memory, 8 * PAGE);
	memory = new_memory(8 * PAGE, 'X');
	expect("after a gift", 8 * PAGE, 'c');
	munmap(memory, 8 * PAGE);

	if (fork() == 0) {
		memory = new_memory(8 * PAGE, 'd');
		_exit(give(memory, 8 * PAGE, 0) != 8 * PAGE);
	}
	wait(&status);
	memory = new_memory(8 * PAGE, 'X');
	expect("after the writer's end", 8 * PAGE, 'd');
	munmap(memory, 8 * PAGE);
}

// A child that has a parent's page by fork gives it away; the parent's later writes are the parent's
// alone, and so are the child's.
static void after_fork(void)
{
	char *memory = new_memory(PAGE, 'e');
	int status;

	if (fork() == 0) {
		give(memory, PAGE, 0);
		munmap(memory, PAGE);
		_exit(0);
	}
	wait(&status);
	memset(memory, 'X', PAGE);
	expect("the child's bytes", PAGE, 'e');

	memset(memory, 'f', PAGE);
	give(memory, PAGE, 0);
	if (fork() == 0) {
		memset(memory, 'X', PAGE);
		_exit(0);
	}
	wait(&status);
	expect("the parent's bytes", PAGE, 'f');
	say("the parent's memory: %c\n", memory[0]);
	munmap(memory, PAGE);
}

// A reader that gets a page from the pipe may change it: the writer's memory stays.
static void reader_writes(void)
{
	char *memory = new_memory(PAGE, 'g'), *mine = new_memory(PAGE, '-');
	struct iovec range = { mine, PAGE };

	give(memory, PAGE, 0);
	syscall(SYS_vmsplice, ends[0], &range, 1, 0);
	memset(mine, 'X', PAGE);
	say("the writer's memory: %c\n", memory[0]);
	munmap(memory, PAGE);
	munmap(mine, PAGE);
}

// A page of a file, mapped read-only, goes through pipes to a writer who may append: neither the file
// nor the memory changes.
static void file_stays(void)
{
	int file = open("/tmp/file", O_CREAT | O_RDWR, 0600), other[2];
	char byte = 0;
	int64_t pos = 0;

	write(file, "secret", 6);
	pipe(other);
	for (int i = 0; i < 20; i++) { // slots that were filled before may be appended to
		write(other[1], got, PAGE - 1);
		read(other[0], got, PAGE);
	}
	show("a byte of the file", syscall(SYS_splice, file, &pos, other[1], NULL, 1, 0));
	show("append", write(other[1], "XXXXX", 5));
	read(other[0], got, 6);
	say("from the pipe: %.6s\n", got);
	pread(file, got, 6, 0);
	say("in the file: %.6s\n", got);
	pread(file, &byte, 1, 0);
	close(other[0]);
	close(other[1]);
	close(file);
}

int main(void)
{
	pipe(ends);
	results();
	out_of_pipe();
	memory_goes();
	after_fork();
	reader_writes();
	file_stays();
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	show("no reader", give(got, 1, 0));
	return 0;
}
