// fuzz_uffd [-v] [-s SEED] [-c COUNT] [-n OPERATIONS]: performs pseudo-random operations on memory
// that is registered with a userfaultfd, by two threads that take turns. It prints what each
// operation did in a form that does not depend on the system: grade/fuzz-uffd compares Linux and
// Quire.
//
// Each of COUNT seeds begins a sequence of its own, in a process of its own. Without -v only hashes
// are printed, one for every CHECKPOINT operations.
//
// The operations keep away from four things that Linux leaves open: reads of files map pages
// around them, unless an area is registered for write-protection or minor faults; a page that was
// shared with a child may not move for a time; ending a registration need not wake; and how many areas
// private memory consists of, which shows when registered memory moves.

#include "fuzz.h"

#include <poll.h>
#include <stdarg.h>

#define CHECKPOINT 64

uint32_t state;
int fd;

static uint32_t hash;
static bool verbose;
static uint64_t features;

void line(const char *format, ...)
{
	char text[200];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (const char *c = text; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	if (verbose)
		write(STDOUT_FILENO, text, strlen(text));
}

static struct range any_range(void)
{
	struct range range = { below(&state, ZONES), below(&state, ZONE_PAGES), 1 };

	if (one_in(&state, 3))
		range.pages += below(&state, ZONE_PAGES - range.page);
	return range;
}

// Returns a range for a fill, which must lie in one area. In private memory that is a page: Linux's areas
// there depend on when their pages were first written.
static struct range range_to_fill(void)
{
	struct range range = any_range();

	if (range.zone != SHARED && range.zone != ALIAS)
		range.pages = 1;
	return range;
}

// Returns the page that an address lies in.
static struct range range_of(uint64_t address)
{
	uint32_t page = (uint32_t)(address - ZONE_BASE(0)) / PAGE;

	return (struct range){ page / (2 * ZONE_PAGES), page % (2 * ZONE_PAGES), 1 };
}

static struct uffd_msg change; // a message that is not printed yet; event 0: none

static void print_change(void)
{
	if (change.event)
		line("  event %x %llx %llx\n", change.event,
		     (unsigned long long)change.arg.remove.start,
		     (unsigned long long)change.arg.remove.end);
	change.event = 0;
}

// Note a message about a change of mappings. One that continues the one before is printed as one with it:
// Linux splits private memory into areas by when it was first written, and sends a message for each.
static void note_change(const struct uffd_msg *msg)
{
	bool same = change.event == msg->event;

	if (same && msg->event == UFFD_EVENT_REMOVE &&
	    change.arg.remove.end == msg->arg.remove.start) {
		change.arg.remove.end = msg->arg.remove.end;
	} else if (same && msg->event == UFFD_EVENT_REMAP &&
	           change.arg.remap.from + change.arg.remap.len == msg->arg.remap.from) {
		change.arg.remap.len += msg->arg.remap.len;
	} else {
		print_change();
		change = *msg;
	}
}

// Print a message, and respond to a fault. `times`: how many the order has had already.
static void handle(const struct uffd_msg *msg, int times)
{
	struct range range;

	if (msg->event == UFFD_EVENT_PAGEFAULT || msg->event == UFFD_EVENT_FORK)
		print_change();
	switch (msg->event) {
	case UFFD_EVENT_PAGEFAULT:
		range = range_of(msg->arg.pagefault.address);
		line("  fault %d %u at %u flags %u\n", range.zone, range.page,
		     (unsigned int)(msg->arg.pagefault.address % PAGE),
		     (unsigned int)msg->arg.pagefault.flags);
		respond(range, msg->arg.pagefault.flags, times);
		break;
	case UFFD_EVENT_FORK:
		line("  fork\n");
		close((int)msg->arg.fork.ufd);
		break;
	default:
		note_change(msg);
	}
}

// Let the client perform its order, and handle its faults until it is done.
static void await_client(void)
{
	struct pollfd polled[2] = { { .fd = done_pipe[0], .events = POLLIN },
		                    { .fd = fd, .events = POLLIN } };
	struct uffd_msg msg;
	char byte;

	client_order();
	for (int times = 0;; times++) {
		poll(polled, 2, -1);
		if (polled[0].revents) {
			read(done_pipe[0], &byte, 1);
			print_change();
			return;
		}
		if (read(fd, &msg, sizeof(msg)) == (ssize_t)sizeof(msg))
			handle(&msg, times);
	}
}

// A child has been forked: let it look at its memory, and print what it saw.
static void end_child(int pid)
{
	short seen[ZONES][ZONE_PAGES] = { 0 };
	int status = 0;

	write(go_pipe[1], "", 1);
	waitpid(pid, &status, 0);
	read(look_pipe[0], seen, sizeof(seen));
	for (enum zone zone = 0; zone < ZONES; zone++) {
		line("  child %d:", zone);
		for (uint32_t page = 0; page < ZONE_PAGES; page++)
			line(" %d", seen[zone][page]);
		line("\n");
	}
	line("  child: %x\n", (unsigned int)status);
}

static void note_order(void)
{
	struct range range = { command.zone, command.page, command.pages };

	if (command.result)
		return;
	if (command.order == UNMAP || command.order == MAP || command.order == MOVE_MAPPING)
		note_modes(range, 0);
	if (command.order == MOVE_MAPPING) {
		range.page = command.value;
		note_modes(range, 0);
	}
}

static void client_access(void)
{
	struct range range = any_range();
	bool alone = range.zone != ANONYMOUS && modes[range.zone][range.page] < 2;

	command = (struct command){ below(&state, 4),    range.zone, range.page, 1,
		                    below(&state, PAGE), 0 };
	if (alone && (command.order == LOAD || command.order == KERNEL_LOAD))
		command.order++;
}

// Returns true if one of the pages [page, end) of the anonymous zone, as far as there are such, is registered.
static bool any_registered(uint32_t page, uint32_t end)
{
	for (; page < end && page < ZONE_PAGES; page++)
		if (modes[ANONYMOUS][page])
			return true;
	return false;
}

// Let only one page of registered memory move, and not to a place beside registered memory: else what happens
// depends on the areas that Linux has made of the memory (range_to_fill).
static void move_one_page(void)
{
	uint32_t to = command.value;

	command.pages = 1;
	if (modes[ANONYMOUS][command.page] && any_registered(to ? to - 1 : 0, to + 2))
		command.order = MAP;
}

static void client_change(void)
{
	struct range range = any_range();

	command = (struct command){
		UNMAP + below(&state, ORDERS - UNMAP), range.zone, range.page, range.pages, 0, 0
	};
	if (command.order == UNMAP && one_in(&state, 2))
		command.order = MAP;
	if (command.order == PROTECT)
		command.value = one_in(&state, 3) ? PROT_NONE : one_in(&state, 2) ? PROT_READ : RW;
	if (command.order == MOVE_MAPPING) {
		command.zone = ANONYMOUS;
		command.value = below(&state, ZONE_PAGES + 1 - range.pages);
		if (any_registered(range.page, range.page + range.pages) ||
		    any_registered(command.value, command.value + range.pages))
			move_one_page();
	}
	if (command.order == FORK && may_move)
		command.order = MAP;
}

static void client_operation(void)
{
	if (one_in(&state, 5))
		client_change();
	else
		client_access();
	line("client %d %d %u+%u %x\n", command.order, command.zone, command.page, command.pages,
	     command.value);
	await_client();
	if (command.order == FORK && command.result > 0) {
		end_child((int)command.result);
		command.result = 0;
	}
	line("  result %ld\n", command.result);
	note_order();
}

// Print what pagemap says of a zone: present, swapped, of a file, write-protected.
static void print_zone(enum zone zone)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	uint64_t words[ZONE_PAGES] = { 0 };
	char text[ZONE_PAGES + 1] = "";

	pread(pagemap, words, sizeof(words), (off_t)(address_of(zone, 0) / PAGE * 8));
	close(pagemap);
	for (uint32_t page = 0; page < ZONE_PAGES; page++)
		text[page] = "0123456789abcdef"[words[page] >> 61 | (words[page] >> 57 & 1) << 3];
	line("zone %d: %s\n", zone, text);
}

static void operation(void)
{
	uint32_t choice = below(&state, 16);

	if (choice < 9)
		client_operation();
	else if (choice < 11)
		do_register(any_range());
	else if (choice == 11)
		do_unregister(any_range());
	else if (choice < 15)
		(void)any_fill(range_to_fill());
	else
		print_zone(below(&state, ZONES));
}

static void sequence(uint32_t seed, uint32_t operations)
{
	static const uint64_t events[] = { UFFD_FEATURE_EVENT_FORK,    UFFD_FEATURE_EVENT_REMAP,
		                           UFFD_FEATURE_EVENT_REMOVE,  UFFD_FEATURE_EVENT_UNMAP,
		                           UFFD_FEATURE_EXACT_ADDRESS, UFFD_FEATURE_WP_UNPOPULATED };
	struct uffdio_api api = { .api = UFFD_API };

	state = seed * 2654435761u;
	hash = 2166136261u;
	for (uint32_t i = 0; i < COUNT(events); i++)
		if (one_in(&state, 3))
			features |= events[i];
	if (one_in(&state, 8))
		features |= UFFD_FEATURE_SIGBUS;
	if (one_in(&state, 8))
		features |= UFFD_FEATURE_WP_ASYNC;
	may_move = one_in(&state, 2);
	api.features = features;
	fd = (int)syscall(SYS_userfaultfd, O_NONBLOCK | O_CLOEXEC);
	line("seed %u: features %llx: %d\n", seed, (unsigned long long)features,
	     request(UFFDIO_API, &api));
	requests_init();
	client_start();
	for (uint32_t i = 1; i <= operations; i++) {
		if (verbose)
			dprintf(STDOUT_FILENO, "%u: ", i);
		operation();
		if (!verbose && (i % CHECKPOINT == 0 || i == operations))
			dprintf(STDOUT_FILENO, "seed %u, to %u: %08x\n", seed, i, hash);
	}
	command.order = END;
	client_order();
	_exit(0);
}

int main(int argc, char **argv)
{
	uint32_t seed = 1, count = 1, operations = 1000;
	int option;

	while ((option = getopt(argc, argv, "vs:c:n:")) != -1) {
		if (option == 'v')
			verbose = true;
		else if (option == 's')
			seed = strtoul(optarg, NULL, 10);
		else if (option == 'c')
			count = strtoul(optarg, NULL, 10);
		else if (option == 'n')
			operations = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	for (; count > 0; count--, seed++) {
		int status;
		pid_t pid = fork_or_end();

		if (pid == 0)
			sequence(seed, operations);
		waitpid(pid, &status, 0);
		dprintf(STDOUT_FILENO, "seed %u ended: %x\n", seed, (unsigned int)status);
	}
	return 0;
}
