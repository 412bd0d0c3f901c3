// helper
// stress_threads SECONDS SEED: eight groups of 32 threads do at random what threads can do to each other:
// clone, exit, exec, fork, signals, stops, futexes with and without priority inheritance, timers, files,
// sets of files. The supervisor starts each group again that has ended, and watches that all go on. At the
// end half of the groups are killed; the others stay as they are, for the audit.
#include "stress.h"

#include <sys/wait.h>
#include <time.h>

#define SHARED_FILE "/tmp/stress"
#define STUCK_SECONDS 20 // a group that does nothing for so long is stuck

struct shared *shared;
struct group *own;
struct slot slots[THREADS];

static void map_shared(void)
{
	int fd = open(SHARED_FILE, O_RDWR | O_CREAT, 0600);

	ftruncate(fd, sizeof(*shared));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
}

static void run_thread(void *arg)
{
	for (;;)
		operate(arg);
}

void start_in(struct slot *slot, uint32_t seed)
{
	int none = 0, unused = 0;
	long result;

	if (slot->tid || !__atomic_compare_exchange_n(&slot->taken, &none, 1, false,
	                                              __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return;
	if (!slot->tid) { // else another thread has started one since
		slot->random = seed;
		slot->tid = -1;
		result = clone_raw(THREAD_FLAGS, slot->stack + STACK_SIZE, run_thread, slot,
		                   &unused, NULL, &slot->tid);
		if (result < 0)
			slot->tid = 0; // no memory, or an exec ends all threads
		else
			__atomic_add_fetch(&shared->started, 1, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&slot->taken, 0, __ATOMIC_SEQ_CST);
}

// The program of a group. Its first thread has the first place.
static int group_main(int number, uint32_t seed)
{
	map_shared();
	own = &shared->groups[number];
	__atomic_add_fetch(&own->lives, 1, __ATOMIC_RELAXED);
	slots[0].tid = (int)raw(SYS_set_tid_address, (long)&slots[0].tid, 0, 0, 0, 0);
	slots[0].random = seed;
	operations_begin();
	for (int i = 1; i < THREADS; i++)
		start_in(&slots[i], seed + (uint32_t)i * 7919);
	run_thread(&slots[0]);
	return 0;
}

static void start_group(int number, uint32_t seed)
{
	char numbers[2][16];
	char *argv[] = { "stress_threads", "group", numbers[0], numbers[1], NULL };
	int pid = fork();

	if (pid == 0) {
		snprintf(numbers[0], sizeof(numbers[0]), "%d", number);
		snprintf(numbers[1], sizeof(numbers[1]), "%u", seed);
		setsid(); // else the end of the supervisor sends SIGHUP to groups that are stopped
		execv(PROGRAM, argv);
		_exit(1);
	}
	shared->groups[number].pid = pid;
}

// Start groups again that have ended. Returns how many.
static uint32_t restart(uint32_t seed)
{
	uint32_t count = 0;
	int pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (int i = 0; i < GROUPS; i++)
			if (shared->groups[i].pid == pid)
				start_group(i, seed + ++count);
	return count;
}

// Look once a second whether each group goes on. Returns false if one does not.
static bool all_go_on(uint32_t *beats, int *stuck)
{
	bool result = true;

	for (int i = 0; i < GROUPS; i++) {
		kill(shared->groups[i].pid, SIGCONT); // who stopped it may have ended
		stuck[i] = beats[i] == shared->groups[i].beats ? stuck[i] + 1 : 0;
		beats[i] = shared->groups[i].beats;
		if (stuck[i] == STUCK_SECONDS)
			say("group %d, process %d, is stuck\n", i, shared->groups[i].pid);
		result = result && stuck[i] < STUCK_SECONDS;
	}
	return result;
}

static void report(int seconds, uint32_t restarts)
{
	uint64_t beats = 0, lives = 0;

	for (int i = 0; i < GROUPS; i++) {
		beats += shared->groups[i].beats;
		lives += shared->groups[i].lives;
	}
	say("%d s: %llu operations, %u threads, %llu lives of groups, %u restarts\n", seconds,
	    (unsigned long long)beats, shared->started, (unsigned long long)lives, restarts);
}

static int supervise(int seconds, uint32_t seed)
{
	uint32_t beats[GROUPS] = { 0 }, restarts = 0;
	int stuck[GROUPS] = { 0 }, status = 0;
	struct timespec start, now;

	unlink(SHARED_FILE);
	map_shared();
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 0; i < GROUPS; i++)
		start_group(i, seed * 1000003 + (uint32_t)i);
	for (int ticks = 1;; ticks++) {
		sleep_ms(50);
		restarts += restart(seed + (uint32_t)ticks * 65537);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (shared->broken)
			say("a check has failed, in line %d\n", shared->broken);
		if (ticks % 20 == 0 && (shared->broken || !all_go_on(beats, stuck)))
			status = 1;
		if (ticks % 1200 == 0)
			report((int)(now.tv_sec - start.tv_sec), restarts);
		if (status || now.tv_sec - start.tv_sec >= seconds)
			break;
	}
	report((int)(now.tv_sec - start.tv_sec), restarts);
	for (int i = 0; i < GROUPS / 2 && !status; i++) {
		kill(shared->groups[i].pid, SIGKILL);
		waitpid(shared->groups[i].pid, NULL, 0);
	}
	return status;
}

int main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "group") == 0)
		return group_main(atoi(argv[2]), (uint32_t)strtoul(argv[3], NULL, 10));
	if (argc > 1 && strcmp(argv[1], "nothing") == 0)
		return 0;
	return supervise(argc > 1 ? atoi(argv[1]) : 5,
	                 argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1);
}
