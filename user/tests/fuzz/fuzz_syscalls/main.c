// fuzz_syscalls -s SEED [-n CALLS] [-r N] [-f FROM] [-l] [-c] [SCRIPT]: performs pseudo-random system calls, with
// arguments that hit something and arguments that must not, in several processes at once. What the
// kernel may not do: panic, hang, lose memory, or show anybody another process's. grade/fuzz-syscalls
// runs it in fresh machines, and looks at them afterwards.
//
// The calls come in rounds. In each, the first process starts WORKERS others, which perform their
// calls; when one has died of what it did, another takes its place behind the deadly call. One that
// sleeps is first woken by a signal and then killed. At the end of a round all are killed, and the
// memory that is free then must be what it was after earlier rounds. All are killed too when memory is
// gone and no worker can be started; then the round goes on.
//
// Calls must be many, so they must be cheap: most have small arguments and take some thousand
// instructions. One in 256 (-r: in N) is a rare one, which may take millions: with 512 MiB of address
// space, a million descriptors or thousands of areas. They fill memory, too. A worker maps what they need
// before its first one. A new worker costs as much as 50 calls; so workers survive the faults of their
// own accesses, and few calls end them. Threads of one worker take turns after every second call.
// -c prints which calls have taken most.
//
// -f begins with the workers' call number FROM. -l prints the calls of the round that begins there,
// as a script, and performs nothing. A SCRIPT is one round.

#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUND 2000u // calls of each worker in a round
#define POLL_MS 4
#define WAKE_AFTER 2 // polls without progress
#define KILL_AFTER 4
#define STUCK_AFTER 500
#define QUIET_MS 2000  // until all that were killed must be gone
#define LEAK_PAGES 64u // so much the kernel's caches may keep
#define IDLE_TURNS 20  // turns of a round in which no worker gets on
#define WORLD_TURNS 5  // of these: then the round tries to go on in another way
#define MIN(a, b) ((a) < (b) ? (a) : (b))

struct shared *shared;

static struct {
	uint32_t end;          // the worker's last call in this round, and one
	uint32_t seen;         // where it was when last looked at
	unsigned int waiting;  // polls since
	uint32_t began;        // where it started
	unsigned int failures; // how often it died before it began
} watch[WORKERS];

static uint32_t deaths, kills, findings;

// Returns false when a signal ended the pause: a worker has died.
static bool pause_ms(long ms)
{
	struct timespec wanted = { ms / 1000, ms % 1000 * 1000000 };

	return nanosleep(&wanted, NULL) == 0;
}

static void on_child(int signo)
{
	(void)signo;
}

static void finding(const char *what, uint32_t a, uint32_t b)
{
	ioctl(STDOUT_FILENO, TCXONC, (void *)1); // should somebody have stopped it
	dprintf(STDOUT_FILENO, "\nfinding: %s %u %u\n", what, a, b);
	findings++;
}

// Start a worker, or start it again, where the last one came to.
static bool start_worker(uint32_t worker)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct actor actor = { .worker = worker,
			               .next = watch[worker].seen,
			               .end = watch[worker].end };

		uint64_t began = costed ? cost_clock() : 0;

		world_make(worker);
		if (costed)
			cost_add(call_count(), began);
		run(&actor);
	}
	shared->pid[worker] = pid;
	return pid > 0;
}

// Look after the workers. Returns false when all have performed their calls, or when no worker can be
// started any more.
static bool look_after(bool long_ago)
{
	bool busy = false;

	for (uint32_t i = 0; i < WORKERS; i++) {
		uint32_t next = shared->next[i];
		int pid = shared->pid[i];

		// A worker may have overwritten what it shares with us.
		if (next > watch[i].seen && next <= watch[i].end) {
			watch[i].seen = next;
			watch[i].waiting = 0;
		} else if (long_ago) {
			watch[i].waiting++;
		}
		if (pid > 0 && kill(pid, 0) == 0) {
			busy = true;
			if (watch[i].waiting == WAKE_AFTER)
				kill(pid, SIGUSR1);
			if (watch[i].waiting >= KILL_AFTER && ++kills)
				kill(pid, SIGKILL);
			if (watch[i].waiting > STUCK_AFTER)
				return false; // quiet() will find it
		} else if (watch[i].seen < watch[i].end) {
			if (watch[i].seen == watch[i].began && ++watch[i].failures > 20)
				return false;
			watch[i].began = shared->next[i] = watch[i].seen;
			watch[i].waiting = 0;
			deaths++;
			if (costed)
				cost_death(i, watch[i].seen - 1);
			busy = true;
			if (!start_worker(i))
				return false;
		}
	}
	return busy;
}

// Returns how many calls of the round the workers have still to come to.
static uint32_t calls_left(void)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < WORKERS; i++)
		left += watch[i].end - watch[i].seen;
	return left;
}

static void reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static unsigned int process_count(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.procs;
}

// Kill everybody and wait until they are gone.
static bool quiet(unsigned int processes)
{
	for (int ms = 0; ms < QUIET_MS; ms++) {
		kill(-1, SIGKILL);
		reap();
		if (process_count() == processes && waitpid(-1, NULL, WNOHANG) < 0)
			return true;
		pause_ms(1);
	}
	finding("stuck: processes that do not die", process_count() - processes, 0);
	return false;
}

static uint32_t free_pages(void)
{
	struct sysinfo info;

	pause_ms(1);
	sysinfo(&info);
	return info.freeram / PAGE;
}

static const char
	*failures; // which allocations fail during a round, as /proc/fail-nth takes it; or NULL

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		finding("proc: a file cannot be written", 0, 0);
	close(fd);
}

// Let allocations fail from now on that this process does not make itself. It is not killed for want of
// memory; the workers, which run already, can be.
static void begin_failures(uint32_t seed)
{
	char text[64];

	if (!failures)
		return;
	write_file("/proc/self/oom_score_adj", "-1000");
	snprintf(text, sizeof(text), "%s %u", failures, seed);
	write_file("/proc/fail-nth", text);
}

static void end_failures(void)
{
	if (!failures)
		return;
	write_file("/proc/fail-nth", "0");
	write_file("/proc/self/oom_score_adj", "0");
}

// One turn of a round: each worker goes on where the last one came to. Returns true when all calls of
// the round have been performed; false if the workers have used up what they need to go on, such
// as memory.
static bool perform_turn(uint32_t number)
{
	bool long_ago, more = true;

	for (uint32_t i = 0; i < WORKERS; i++) {
		shared->next[i] = watch[i].seen;
		watch[i].began = ~0u;
		watch[i].waiting = watch[i].failures = 0;
		if (watch[i].seen < watch[i].end && !start_worker(i))
			return false;
	}
	begin_failures(number);
	while (more) {
		reap();
		long_ago = pause_ms(POLL_MS);
		reap();
		more = look_after(long_ago);
	}
	end_failures();
	return calls_left() == 0;
}

// When no worker gets on: make the files anew, which may take all memory or stand in the way. And leave
// out the next call of each worker: it may be one that always overwrites shared->next and dies.
static void go_on_otherwise(void)
{
	world_clean();
	world_prepare();
	for (uint32_t i = 0; i < WORKERS; i++)
		if (watch[i].seen < watch[i].end)
			watch[i].seen++;
}

// One round: the workers' calls from `from` to `end[worker]`. When the workers have used up memory,
// all processes are killed, and the round goes on in another turn. Returns the pages free after it,
// or 0 after a finding.
static uint32_t perform_round(uint32_t from, const uint32_t end[WORKERS], unsigned int processes)
{
	uint32_t left, idle = 0, turns = 0;
	bool done = false;

	world_prepare();
	for (uint32_t i = 0; i < WORKERS; i++) {
		watch[i].seen = from;
		watch[i].end = end[i];
		shared->pid[i] = 0;
	}
	while (!done) {
		left = calls_left();
		done = perform_turn(master_seed + from + turns++);
		if (!quiet(processes))
			return 0;
		idle = calls_left() == left ? idle + 1 : 0;
		if (idle % WORLD_TURNS == WORLD_TURNS - 1)
			go_on_otherwise();
		if (!done && idle >= IDLE_TURNS) {
			finding("standstill: no worker gets on (calls left)", left, 0);
			return 0;
		}
	}
	world_clean();
	if (shared->secrets || access(SEEN, F_OK) == 0)
		finding("secret: seen by a call (worker, index)", shared->secret_worker,
		        shared->secret_index);
	return free_pages();
}

// Perform the script, or rounds until `count` calls have been performed. Descendants that die leave
// out some of the calls of a round, so a last round may make up for these. Returns how many were
// performed.
static uint32_t perform_all(uint32_t start, uint32_t count)
{
	uint32_t end[WORKERS], performed = 0;
	unsigned int processes = process_count();
	uint32_t first = free_pages(), last = 0;

	for (uint32_t from = start; performed < count && !findings; from = end[0]) {
		uint32_t each = MIN((count - performed + WORKERS - 1) / WORKERS, ROUND);

		for (uint32_t i = 0; i < WORKERS; i++)
			end[i] = scripted ? script_length(i) : from + each;
		shared->performed = 0;
		dprintf(STDOUT_FILENO, "\nround %u\n", from);
		last = perform_round(from, end, processes);
		dprintf(STDOUT_FILENO, "\nfree %u\n", last);
		if (last && last + LEAK_PAGES < first)
			finding("leak: free pages before and after", first, last);
		performed += MIN(shared->performed, WORKERS * each); // a worker may overwrite it
		if (scripted)
			break;
	}
	return performed;
}

static void list_round(uint32_t from)
{
	struct op op;

	for (uint32_t index = from; index < from + ROUND; index++) {
		for (uint32_t worker = 0; worker < WORKERS; worker++) {
			generate(worker, index, &op);
			op_print(worker, &op);
		}
	}
}

static void init(void)
{
	struct sigaction action = { .sa_handler = SIG_IGN };

	shared = mmap((void *)SHARED, PAGE, PROT_READ | PROT_WRITE,
	              MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (int signo = 1; signo < NSIG; signo++)
		if (signo != SIGCHLD)
			sigaction(signo, &action, NULL);
	action.sa_handler = on_child;
	sigaction(SIGCHLD, &action, NULL);
}

int main(int argc, char **argv)
{
	uint32_t count = 100000, from = 0;
	bool list = false;
	int option;

	if (argc < 3 || strcmp(argv[1], "-s"))
		check_after_exec();
	while ((option = getopt(argc, argv, "s:n:f:lF:cr:")) != -1) {
		if (option == 's')
			master_seed = strtoul(optarg, NULL, 10);
		else if (option == 'n')
			count = strtoul(optarg, NULL, 10);
		else if (option == 'f')
			from = strtoul(optarg, NULL, 10);
		else if (option == 'l')
			list = true;
		else if (option == 'r')
			rare_in = strtoul(optarg, NULL, 10);
		else if (option == 'c')
			cost_start();
		else if (option == 'F')
			failures = optarg;
		else
			return 2;
	}
	generate_init();
	if (list) {
		list_round(from);
		return 0;
	}
	if (optind < argc)
		script_read(argv[optind]);
	init();
	count = perform_all(from, scripted ? 1 : count);
	dprintf(STDOUT_FILENO, "\nend: %u calls, %u deaths, %u killed\n", count, deaths, kills);
	if (costed)
		cost_print();
	leave_alive();
	return findings ? 3 : 0;
}
