// mem: 26
// limit: 30
// Who is killed where memory is gone: the process that holds most, whatever it is that it holds, but
// for what oom_score_adj says. Each time a holder stands beside a bystander with some pages of its own.

#include "oom.h"
#include <sched.h>

#define BYSTANDER (3 * MIB / 2)
#define LARGE (8 * MIB)
#define TABLE (4u << 20) // bytes that a page table covers

static volatile int *ready;
static char bytes[PAGE];

static void set_adj(const char *value)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	if (write(fd, value, strlen(value)) < 0)
		say("oom_score_adj: %s\n", error_name(errno));
	close(fd);
}

static void hold_pages(void)
{
	touch_pages(map_pages(LARGE, MAP_PRIVATE), LARGE);
}

// Only tables: reading finds the zero page.
static void hold_tables(void)
{
	volatile char *at = mmap(NULL, 480 * TABLE, PROT_READ,
	                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	for (size_t i = 0; i < 480; i++)
		(void)at[i * TABLE];
}

static void hold_areas(void)
{
	char *at = mmap(NULL, 60000 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
	                -1, 0);

	for (size_t i = 0; i < 59000; i += 2)
		mprotect(at + i * PAGE, PAGE, PROT_READ);
}

static void hold_pipes(void)
{
	for (int i = 0; i < 100; i++) {
		int ends[2];

		if (pipe2(ends, O_NONBLOCK))
			say("pipe: %s\n", error_name(errno));
		while (write(ends[1], bytes, sizeof(bytes)) > 0)
			continue;
	}
}

static void hold_file(void)
{
	int fd = open("/tmp/nameless", O_CREAT | O_WRONLY, 0600);

	unlink("/tmp/nameless");
	for (size_t i = 0; i < LARGE; i++)
		write(fd, bytes, sizeof(bytes));
}

static void hold_little_and_offer_it(void)
{
	set_adj("1000");
}

static void be_bystander(void)
{
	touch_pages(map_pages(BYSTANDER, MAP_PRIVATE), BYSTANDER);
}

static void be_spared(void)
{
	touch_pages(map_pages(LARGE, MAP_PRIVATE), LARGE);
	set_adj("-1000");
}

static pid_t start(void (*hold)(void))
{
	int before = *ready;
	pid_t pid = fork_or_end();

	if (pid == 0) {
		set_adj("0");
		hold();
		++*ready;
		for (;;)
			pause();
	}
	while (*ready == before)
		sched_yield();
	return pid;
}

// Take memory until a child has been killed. Returns which.
static pid_t take_memory(void)
{
	size_t pages = 28 * MIB;
	char *memory = map_pages(pages, MAP_PRIVATE | MAP_NORESERVE);
	pid_t dead = 0;

	for (size_t i = 0; i < pages && dead == 0; i++) {
		memory[i * PAGE] = 1;
		dead = waitpid(-1, NULL, WNOHANG);
	}
	munmap(memory, pages * PAGE);
	return dead;
}

static void show_victim(const char *what, void (*hold)(void), void (*beside)(void))
{
	pid_t holder = start(hold), bystander = start(beside), dead = take_memory();

	say("%s: killed the %s\n", what,
	    dead == holder    ? "holder" :
	    dead == bystander ? "bystander" :
	                        "nobody");
	kill(holder, SIGKILL);
	kill(bystander, SIGKILL);
	while (wait(NULL) > 0)
		continue;
}

int main(void)
{
	unsigned long before;

	ready = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*ready = 0;
	set_adj("-1000");
	show_victim("pages", hold_pages, be_bystander);
	before = free_memory();
	show_victim("page tables", hold_tables, be_bystander);
	show_victim("areas", hold_areas, be_bystander);
	show_victim("pipes", hold_pipes, be_bystander);
	show_victim("a file without a name", hold_file, be_bystander);
	show_victim("little, offered", hold_little_and_offer_it, be_bystander);
	show_victim("little, beside one who is spared", be_bystander, be_spared);
	say("free memory changed by %ld\n", (long)(free_memory() - before));
	return 0;
}
