// Parent and child after a fork, with private pages of a file beside anonymous memory, and text and data
// beside the heap, while one of the two truncates the file, punches a hole into it, or changes its own
// memory first. A picture shows one letter for each page: f: the file's; p: a private copy; c, r: written by
// the child or the parent since the fork; 0: zeroes; #: SIGBUS; -: nothing is mapped.

#include "ptrace.h"
#include "retreat.h"

#include <abi/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define PAGE 4096
#define PLACE ((char *)0x20000000)
#define OTHER ((char *)0x30000000)
#define FILE_PAGES 40
#define ALL_PAGES 120
#define SHOWN 44
#define HEAP (1 << 20)

static int file;
static char *place; // where the file's pages are mapped in this process
static int data = 1;
static char *heap;

// The page's byte, or what happens instead.
static char look(const volatile char *at)
{
	char byte;
	int signo = read_byte(at, &byte);

	if (signo)
		return signo == SIGBUS ? '#' : '-';
	return byte ? byte : '0';
}

static void show_picture(const char *who)
{
	char picture[SHOWN + 1] = "";

	for (int page = 0; page < SHOWN; page++)
		picture[page] = look(place + page * PAGE);
	say("  %-6s %s\n", who, picture);
}

// Make the file and the memory under test anew: every tenth page is a private copy.
static void put(void)
{
	char page[PAGE];

	memset(page, 'f', sizeof(page));
	ftruncate(file, 0);
	lseek(file, 0, SEEK_SET);
	for (int i = 0; i < FILE_PAGES; i++)
		write(file, page, sizeof(page));
	mmap(PLACE, FILE_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, 0);
	mmap(PLACE + FILE_PAGES * PAGE, (ALL_PAGES - FILE_PAGES) * PAGE, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (int i = 0; i < ALL_PAGES; i++)
		if (i % 10 == 1 || i >= FILE_PAGES)
			PLACE[i * PAGE] = 'p';
		else
			(void)look(PLACE + i * PAGE);
	place = PLACE;
}

static void nothing(void)
{
}

static void truncate_file(void)
{
	ftruncate(file, 15 * PAGE);
}

static void truncate_all(void)
{
	ftruncate(file, 0);
}

static void punch(void)
{
	syscall(SYS_fallocate, file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 5 * PAGE, 0,
	        20 * PAGE, 0);
}

static void truncate_and_grow(void)
{
	ftruncate(file, 15 * PAGE);
	ftruncate(file, FILE_PAGES * PAGE);
}

// Write to a page, if that is possible.
static void store(int page, char byte)
{
	if (sigsetjmp(back, 1))
		return;
	ready = true;
	*(volatile char *)(PLACE + page * PAGE) = byte;
	ready = false;
}

static void write_some(void)
{
	store(12, 'c');
	store(21, 'c');
	store(22, 'c');
	store(42, 'c');
}

static void write_other(void)
{
	store(13, 'r');
	store(21, 'r');
	store(23, 'r');
	store(43, 'r');
}

static void protect(void)
{
	mprotect(PLACE + 10 * PAGE, 20 * PAGE, PROT_NONE);
}

static void unprotect(void)
{
	protect();
	mprotect(PLACE + 10 * PAGE, 20 * PAGE, PROT_READ | PROT_WRITE);
}

static void unmap(void)
{
	munmap(PLACE + 18 * PAGE, 5 * PAGE);
}

static void drop(void)
{
	madvise(PLACE + 10 * PAGE, 12 * PAGE, MADV_DONTNEED);
}

static void move(void)
{
	place = mremap(PLACE, FILE_PAGES * PAGE, FILE_PAGES * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	               OTHER);
}

static void move_far(void)
{
	place = mremap(PLACE, FILE_PAGES * PAGE, FILE_PAGES * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	               OTHER + 7 * PAGE);
}

// Faults on missing pages of the file become SIGBUS.
static void register_file(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_SIGBUS };
	int fd = (int)syscall(SYS_userfaultfd, 0);
	struct uffdio_register range = {
		.range = { (uint32_t)(uintptr_t)PLACE, FILE_PAGES * PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range))
		show("userfaultfd", -1);
}

static void fork_again(void)
{
	pid_t pid = fork_or_end();

	if (pid == 0) {
		truncate_file();
		show_picture("third");
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

// Fork; let the child act, then the parent; show what both see.
static void scene(const char *what, void (*in_child)(void), void (*in_parent)(void))
{
	int done[2], go[2];
	char byte;
	pid_t pid;

	say("%s\n", what);
	put();
	pipe(done);
	pipe(go);
	pid = fork_or_end();
	if (pid == 0) {
		in_child();
		write(done[1], "", 1);
		read(go[0], &byte, 1);
		show_picture("child");
		_exit(0);
	}
	read(done[0], &byte, 1);
	in_parent();
	write(go[1], "", 1);
	waitpid(pid, NULL, 0);
	show_picture("parent");
	for (int i = 0; i < 2; i++) {
		close(done[i]);
		close(go[i]);
	}
}

static void scenes(void)
{
	scene("the parent truncates", nothing, truncate_file);
	scene("the child truncates", truncate_file, nothing);
	scene("the parent truncates to nothing", nothing, truncate_all);
	scene("the parent punches a hole", nothing, punch);
	scene("the child punches a hole", punch, nothing);
	scene("truncated and grown again", nothing, truncate_and_grow);
	scene("both write", write_some, write_other);
	scene("the child writes, the parent truncates", write_some, truncate_file);
	scene("the child truncates, the parent writes", truncate_file, write_other);
	scene("the child protects, the parent truncates", protect, truncate_file);
	scene("protected and not, then truncated", unprotect, truncate_file);
	scene("the child unmaps, the parent truncates", unmap, truncate_file);
	scene("the child drops pages, the parent punches", drop, punch);
	scene("the child moves, the parent truncates", move, truncate_file);
	scene("the child moves to other offsets, the parent punches", move_far, punch);
	scene("the child registers, the parent punches", register_file, punch);
	scene("the child registers, the parent truncates", register_file, truncate_file);
	scene("a grandchild truncates", fork_again, nothing);
}

// A function whose result the tracer changes in the tracee's text.
__attribute__((noinline)) static int answer(void)
{
	int result;

	__asm__ volatile(".globl answer_code\nanswer_code: movl $1, %0" : "=a"(result));
	return result;
}

extern char answer_code[];

// The tracee executes the tracer's change; the tracer's own text stays.
static void traced(void)
{
	int status;
	pid_t pid = fork_or_end();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(answer() * 10 + heap[0]);
	}
	waitpid(pid, &status, 0);
	// The code is B8, and then the number as four bytes.
	must(POKETEXT, pid, answer_code, 0x000002b8);
	must(POKEDATA, pid, heap, 3);
	must(CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	show_status("traced", status);
	say("its tracer: %d%d\n", answer(), heap[0]);
}

static void write_own(void)
{
	say("child: %d %d %d\n", data, heap[0], heap[HEAP - 1]);
	data = 2;
	heap[0] = 'c';
	heap[HEAP - 1] = 'C';
	say("child: %d %c %c\n", data, heap[0], heap[HEAP - 1]);
}

static void exec_self(void)
{
	char *const args[] = { (char *)"again", NULL };

	execv("/proc/self/exe", args);
	show("exec", -1);
}

// Text, data and heap lie in one page table.
static void own_memory(void)
{
	heap = sbrk(HEAP);
	for (int i = 0; i < HEAP; i += PAGE)
		heap[i] = 5;
	show_child("writes", write_own);
	say("parent: %d %d %d\n", data, heap[0], heap[HEAP - 1]);
	show_child("exec", exec_self);
	heap[0]++;
	say("parent: %d %d\n", data, heap[0]);
	traced();
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = retreat };

	if (argc > 0 && strcmp(argv[0], "again") == 0) {
		say("again: %d, no heap: %d\n", data, heap == NULL);
		return 4;
	}
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	file = memfd_create("file", 0);
	scenes();
	own_memory();
	return 0;
}
