// A large space after fork: so many pages that whole page tables are inherited. Whatever parent, child
// and grandchild then write, unmap, protect or move concerns themselves alone.

#include <sys/mman.h>

#include "test.h"

#define PAGE 4096
#define PAGES 4096 // 16 MiB
#define LEN ((size_t)PAGES * PAGE)

static unsigned char *memory;

static unsigned char value_of(int page, int owner)
{
	return (unsigned char)(page * 7 + owner);
}

static void fill(int first, int end, int owner)
{
	for (int i = first; i < end; i++)
		memory[(size_t)i * PAGE + 5] = value_of(i, owner);
}

// How many pages of [first, end) do not hold what `owner` wrote.
static int wrong(int first, int end, int owner)
{
	int count = 0;

	for (int i = first; i < end; i++)
		count += memory[(size_t)i * PAGE + 5] != value_of(i, owner);
	return count;
}

static void reap(const char *who, pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	show_status(who, status);
}

static void in_child(const char *who, void (*act)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		act();
		_exit(0);
	}
	reap(who, pid);
	say("  the parent misses %d\n", wrong(0, PAGES, 1));
}

static void only_reads(void)
{
	say("  reads: %d wrong\n", wrong(0, PAGES, 1));
}

static void writes_some(void)
{
	fill(100, 120, 2);
	fill(3000, 3001, 2);
	say("  writes: %d wrong, %d and %d of its own\n", wrong(0, 100, 1) + wrong(120, 3000, 1),
	    wrong(100, 120, 2), wrong(3000, 3001, 2));
}

static void unmaps_some(void)
{
	say("  unmaps: %d %d\n", munmap(memory + 1000 * PAGE, 10 * PAGE),
	    munmap(memory + 1500 * PAGE, 2000 * PAGE));
	say("  the rest: %d wrong\n",
	    wrong(0, 1000, 1) + wrong(1010, 1500, 1) + wrong(3500, PAGES, 1));
}

static void protects_all(void)
{
	say("  protects: %d\n", mprotect(memory, LEN, PROT_READ));
	say("  reads on: %d wrong\n", wrong(0, PAGES, 1));
	say("  and back: %d\n", mprotect(memory, LEN, PROT_READ | PROT_WRITE));
	fill(0, PAGES, 3);
	say("  writes all: %d wrong\n", wrong(0, PAGES, 3));
}

static void drops_contents(void)
{
	int zero = 0;

	say("  drops: %d\n", madvise(memory + 50 * PAGE, 3000 * PAGE, MADV_DONTNEED));
	for (int i = 50; i < 3050; i++)
		zero += memory[(size_t)i * PAGE + 5] == 0;
	say("  zero: %d, others wrong: %d\n", zero, wrong(0, 50, 1) + wrong(3050, PAGES, 1));
}

static void moves_a_part(void)
{
	unsigned char *to = mmap(NULL, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int moved = 0;

	to = mremap(memory + 200 * PAGE, 64 * PAGE, 64 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	for (int i = 0; i < 64; i++)
		moved += to[i * PAGE + 5] == value_of(200 + i, 1);
	say("  moves: %d\n", moved);
}

static void forks_again(void)
{
	pid_t pid;

	fill(0, 10, 4);
	pid = fork();
	if (pid == 0) {
		say("  grandchild: %d wrong\n", wrong(0, 10, 4) + wrong(10, PAGES, 1));
		fill(5, 2000, 5);
		say("  grandchild writes: %d wrong\n", wrong(0, 5, 4) + wrong(5, 2000, 5));
		_exit(0);
	}
	reap("  grandchild", pid);
	say("  child: %d wrong\n", wrong(0, 10, 4) + wrong(10, PAGES, 1));
}

// The call makes the kernel write: it too must not write through to the other process.
static void reads_a_file_into_it(void)
{
	int fds[2];

	pipe(fds);
	write(fds[1], "0123456789", 10);
	say("  kernel writes: %d\n", (int)read(fds[0], memory + 700 * PAGE, 10));
	say("  there: %.10s\n", memory + 700 * PAGE);
}

int main(void)
{
	memory = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fill(0, PAGES, 1);
	in_child("only reads", only_reads);
	in_child("writes", writes_some);
	in_child("unmaps", unmaps_some);
	in_child("protects", protects_all);
	in_child("drops", drops_contents);
	in_child("moves", moves_a_part);
	in_child("forks", forks_again);
	in_child("reads a pipe", reads_a_file_into_it);

	fill(0, PAGES, 6);
	say("the parent writes: %d wrong\n", wrong(0, PAGES, 6));
	say("and unmaps: %d\n", munmap(memory, LEN));
	return 0;
}
