// steps [NAME...]: scenes of memory, step by step; each step waits for Enter. Watch the machine's
// memory meanwhile: in the picture of the page, or by memshow.
//
// zero, fork, table, file, free, stack, memory

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
#define MIB (1 << 20)
#define ALONE ((void *)0x50000000) // a place where no other memory shares the page table

// Say what has happened, and wait for Enter. The end of the input is like Enter.
static void step(const char *text)
{
	int c;

	printf("%s\n[Enter] ", text);
	fflush(stdout);
	do
		c = getchar();
	while (c != '\n' && c != EOF);
}

// Map `n` pages of private memory at or near `hint`.
static char *map(void *hint, size_t n)
{
	char *memory = mmap(hint, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                    0);

	if (memory == MAP_FAILED) {
		perror("steps: mmap");
		exit(1);
	}
	return memory;
}

static void read_pages(const volatile char *memory, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)memory[i * PAGE];
}

static void write_pages(volatile char *memory, size_t n)
{
	for (size_t i = 0; i < n; i++)
		memory[i * PAGE] = 1;
}

static void zero(void)
{
	char *memory = map(NULL, 64);

	printf("mmap: 64 pages from %p on.\n", (void *)memory);
	step("They are mapped, and no page is there: the entries are empty.");
	read_pages(memory, 64);
	step("All have been read. Each entry names the one page of zeroes.");
	write_pages(memory, 64);
	step("All have been written. Each entry names a page of its own.");
	munmap(memory, 64 * PAGE);
}

// Fork. The child writes to the first `written` of its pages when the parent asks for it, and ends
// when the parent asks once more.
struct child {
	int ask, answer; // ends of two pipes
	pid_t pid;
};

static struct child start_child(char *memory, size_t written)
{
	int ask[2], answer[2];
	struct child child;
	char byte;

	fflush(stdout);
	if (pipe(ask) < 0 || pipe(answer) < 0 || (child.pid = fork()) < 0) {
		perror("steps");
		exit(1);
	}
	child.ask = ask[1];
	child.answer = answer[0];
	if (child.pid > 0) {
		close(ask[0]);
		close(answer[1]);
		return child;
	}
	close(ask[1]);
	close(answer[0]);
	if (read(ask[0], &byte, 1) == 1) {
		write_pages(memory, written);
		if (write(answer[1], "x", 1) == 1)
			(void)!read(ask[0], &byte, 1);
	}
	_exit(0);
}

// Let the child write, and wait until it has.
static void let_write(struct child *child)
{
	char byte;

	(void)!write(child->ask, "x", 1);
	(void)!read(child->answer, &byte, 1);
}

static void end_child(struct child *child)
{
	close(child->ask);
	close(child->answer);
	waitpid(child->pid, NULL, 0);
}

static void fork_scene(void)
{
	char *memory = map(NULL, 32);
	struct child child;

	write_pages(memory, 32);
	printf("32 pages from %p on, all written.\n", (void *)memory);
	step("They belong to this process alone.");
	child = start_child(memory, 16);
	step("fork: two processes name the same 32 pages, and neither may write.");
	let_write(&child);
	step("The child has written to 16 of them. Each was copied at the first write.");
	end_child(&child);
	step("The child has ended. Its 16 copies are free again.");
	munmap(memory, 32 * PAGE);
}

static void table(void)
{
	char *memory = map(ALONE, 512);
	struct child child;

	write_pages(memory, 512);
	printf("512 pages from %p on, all written. They have a page table of their own.\n",
	       (void *)memory);
	step("One directory names the table.");
	child = start_child(memory, 1);
	step("fork: two directories name the one table. None of its entries was copied.");
	let_write(&child);
	step("The child has written one byte. It has a table of its own now, and one page.");
	end_child(&child);
	step("The child has ended. One directory names the table.");
	munmap(memory, 512 * PAGE);
}

static void file(void)
{
	int fd = open("/bin/sh", O_RDONLY);
	struct stat st;
	size_t n;
	char *memory;

	if (fd < 0 || fstat(fd, &st) < 0) {
		perror("steps: /bin/sh");
		exit(1);
	}
	n = ((size_t)st.st_size + PAGE - 1) / PAGE;
	memory = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	close(fd);
	if (memory == MAP_FAILED) {
		perror("steps: mmap");
		exit(1);
	}
	printf("mmap: the file /bin/sh from %p on.\n", (void *)memory);
	step("It is mapped. The file's pages are in memory, but no entry of ours names them.");
	read_pages(memory, n);
	step("It has been read. The entries name the file's own pages: nothing was copied.");
	write_pages(memory, 1);
	step("The first page has been written. It was copied: the file does not change.");
	munmap(memory, n * PAGE);
}

static void free_scene(void)
{
	char *memory = map(NULL, 256);

	write_pages(memory, 256);
	printf("256 pages from %p on, all written.\n", (void *)memory);
	step("They belong to this process.");
	munmap(memory, 256 * PAGE);
	step("munmap: the entries are empty, and the pages are free.");
}

// Use a page of the stack for each call.
static int deeper(int calls)
{
	volatile char page[PAGE];

	page[0] = (char)calls;
	return calls > 0 ? deeper(calls - 1) + page[0] : page[0];
}

static void stack(void)
{
	int here;

	printf("The stack is at %p. It has only the pages that were used.\n", (void *)&here);
	step("64 calls will need more than 64 pages.");
	deeper(64);
	step("Each call has touched the next page below, and the kernel has brought it.");
}

static void memory(void)
{
	int status;
	pid_t pid;

	step("A child will take memory until there is none left.");
	pid = fork();
	if (pid == 0)
		for (;;)
			write_pages(map(NULL, MIB / PAGE), MIB / PAGE);
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		perror("steps");
		exit(1);
	}
	printf("The child was ended by signal %d.\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	step("The kernel has killed the largest process. All its pages are free again.");
}

static const struct scene {
	const char *name;
	void (*show)(void);
} scenes[] = {
	{ "zero", zero },       { "fork", fork_scene }, { "table", table },   { "file", file },
	{ "free", free_scene }, { "stack", stack },     { "memory", memory },
};

#define SCENES (sizeof(scenes) / sizeof(*scenes))

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		size_t at = 0;

		while (at < SCENES && strcmp(scenes[at].name, argv[i]) != 0)
			at++;
		if (at == SCENES) {
			fprintf(stderr, "steps: %s: no such scene\n", argv[i]);
			return 2;
		}
		scenes[at].show();
	}
	if (argc == 1) {
		fprintf(stderr, "usage: steps NAME...: zero fork table file free stack memory\n");
		return 2;
	}
	printf("\n");
	return 0;
}
