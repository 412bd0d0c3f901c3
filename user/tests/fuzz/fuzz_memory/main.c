// fuzz_memory [-v] [-s SEED] [-c COUNT] [-n OPERATIONS] [-o NAMES | -x NAMES] [SCRIPT...]: performs
// pseudo-random operations on memory, and prints what each did in a form that does not depend on
// the system: the same program prints the same on Linux and on Quire. grade/fuzz compares.
//
// Each of COUNT seeds begins a sequence of its own, in a process of its own. Without -v only hashes
// are printed, one for every CHECKPOINT operations. -o allows these operations only, -x all but
// these; two more names are ways to use them: growsdown (MAP_GROWSDOWN) and spoil (wrong
// arguments). A SCRIPT is a file of operations to perform instead, as -v prints them.

#include "fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECKPOINT 64
#define SCRIPT_OPS 16384
#define MIB 0x100000u

static struct op script[SCRIPT_OPS];
static uint32_t script_length;
static bool scripted;

// Where a process stands in its sequence.
struct position {
	uint32_t next;      // number of the next operation
	uint32_t end;       // the first that is not this process's any more
	unsigned int depth; // 0: the sequence's first process
};

static void run(struct position at);

// The operation that ends what the child forked by number `fork` performs.
static uint32_t matching_end(uint32_t fork)
{
	uint32_t at = fork + 1;

	for (int open = 1; at < script_length; at++) {
		if (script[at].code == OP_FORK)
			open++;
		if (script[at].code == OP_END && --open == 0)
			break;
	}
	return at;
}

// Fork. The child performs the following operations, and the parent goes on behind them when it
// has ended. Its status is the result of the OP_END there.
static void fork_child(struct position *at, const struct op *op, struct outcome *outcome)
{
	uint32_t end = scripted ? matching_end(at->next) : at->next + 1 + op->arg[0];
	struct op done = { .code = OP_END };
	int status = 0;
	pid_t pid;

	log_op(at->next, at->depth, op, outcome);
	log_flush();
	pid = fork();
	if (pid == 0) {
		model_lock_all(false, false);
		run((struct position){ at->next + 1, end, at->depth + 1 });
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		fail("fork");
	random_leap();
	outcome->result = status;
	log_op(end, at->depth, &done, outcome);
	at->next = end + 1;
}

// Perform the operations from `at` on, in the calling process.
static void run(struct position at)
{
	while (at.next < at.end) {
		struct op op = { .code = OP_DIGEST, .arg = { 0, SLOTS } };
		struct outcome outcome = { 0 };

		if (scripted)
			op = script[at.next];
		else if (at.next + 1 < at.end)
			generate(&op, at.end - at.next);
		if (op.code == OP_FORK) {
			fork_child(&at, &op, &outcome);
			continue;
		}
		if (op_kinds[op.code].perform)
			op_kinds[op.code].perform(&op, &outcome);
		log_op(at.next++, at.depth, &op, &outcome);
		if (at.next % CHECKPOINT == 0)
			log_checkpoint(at.next, at.depth);
	}
	log_checkpoint(at.next, at.depth);
	log_flush();
}

// Make sure that both stretches are free, with the guard gap of a stack below and above.
static void prove_free(void)
{
	const uint32_t flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
	char *window = (char *)(WINDOW - MIB), *heap = (char *)heap_base;
	size_t heap_size = (HEAP_PAGES + 1) * PAGE;

	if (mmap(window, 3 * MIB, PROT_NONE, flags, -1, 0) != window || munmap(window, 3 * MIB))
		fail("the window is not free");
	if (mmap(heap, heap_size, PROT_NONE, flags, -1, 0) != heap || munmap(heap, heap_size))
		fail("the heap cannot grow");
}

static void init(void)
{
	heap_base = (uintptr_t)syscall(SYS_brk, NULL);
	heap_base = (heap_base + PAGE - 1) & -PAGE;
	if ((uintptr_t)syscall(SYS_brk, heap_base) != heap_base)
		fail("brk");
	prove_free();
	touch_init();
}

// Run one sequence in a process of its own, which leaves nothing behind.
static void run_apart(uint32_t operations)
{
	int status;
	pid_t pid;

	log_flush();
	pid = fork();
	if (pid == 0) {
		model_reset();
		files_open();
		run((struct position){ 0, operations, 0 });
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		fail("fork");
	log_text("status %x\n", status);
}

static void read_script(const char *path)
{
	static char text[SCRIPT_OPS * 32];
	const char *at = text;
	size_t length = 0;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY);

	while (fd >= 0 && (n = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)n;
	if (fd < 0 || n < 0)
		fail(path);
	close(fd);
	text[length] = '\0';
	for (script_length = 0; *at && script_length < SCRIPT_OPS; script_length++) {
		at = op_parse(at, &script[script_length]);
		if (!at)
			fail("a line of the script");
	}
}

// Allow or forbid the operations of a list of names with commas between.
static void set_allowed(const char *names, bool allowed)
{
	while (*names) {
		size_t length = strcspn(names, ",");
		int code = op_find(names, length);

		if (code >= 0)
			op_allowed[code] = allowed;
		else if (length == 9 && !memcmp(names, "growsdown", length))
			allow_growsdown = allowed;
		else if (length == 5 && !memcmp(names, "spoil", length))
			allow_spoilt = allowed;
		else
			fail("a name in -o or -x is not known");
		names += length + (names[length] == ',');
	}
}

static void allow_all(bool allowed)
{
	for (int code = 0; code < OP_COUNT; code++)
		op_allowed[code] = allowed;
	allow_growsdown = allow_spoilt = allowed;
}

int main(int argc, char **argv)
{
	uint32_t seed = 1, count = 1, operations = 1000;
	int option;

	allow_all(true);
	while ((option = getopt(argc, argv, "vs:c:n:o:x:")) != -1) {
		if (option == 'v')
			log_all = true;
		else if (option == 's')
			seed = strtoul(optarg, NULL, 10);
		else if (option == 'c')
			count = strtoul(optarg, NULL, 10);
		else if (option == 'n')
			operations = strtoul(optarg, NULL, 10);
		else if (option == 'o')
			allow_all(false), set_allowed(optarg, true);
		else if (option == 'x')
			set_allowed(optarg, false);
		else
			return 2;
	}
	init();
	scripted = optind < argc;
	for (; optind < argc; optind++) {
		log_text("script %s\n", argv[optind]);
		read_script(argv[optind]);
		run_apart(script_length);
	}
	for (; !scripted && count > 0; count--, seed++) {
		log_text("seed %u\n", seed);
		random_seed(seed);
		run_apart(operations);
	}
	log_flush();
	return 0;
}
