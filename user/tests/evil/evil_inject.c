// helper
// evil_inject [-m MOST] [-k "from " | -k "random N "] PROGRAM...: runs programs again and again, and lets in each run another
// allocation of the kernel's fail, the first, the second, up to the program's last; with -m at most
// about MOST, spread evenly, and fewer where a program takes long. With -k "from " all later ones fail
// too, with -k "random N " one in N by chance, in each run others. A program may then do what it
// likes, but it must be possible to kill what is left of it, and then all memory must be free again.
// (An allocation is of a page, a page table or a block of the heap. Debug kernels only:
// kern/mem/fail_alloc.h.)
#include "../mounts.h"
#include "leak.h"
#include <dirent.h>
#include <getopt.h>
#include <poll.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#define NEVER 0xffffffffu
#define SETTLE_MS 200 // until then the kernel has reaped everything
#define MANY 400      // files
#define SEGMENTS 4096 // of shared memory
#define SETS 256      // of semaphores
#define UNDISTURBED_MS 20000
#define SHORT_MS 20 // of what takes longer, fewer allocations fail
#define LEAST_RUNS 2
#define LEAST_MS 50 // what a program may take, and then ten times what it took undisturbed

static bool ended;            // the last program did, by itself
static int fail_nth;          // /proc/fail-nth
static int null;              // /dev/null
static int go[2];             // a pipe: a byte lets the child begin
static const char *kind = ""; // of failures: what stands before the number in /proc/fail-nth

static void arm(const char *how, uint32_t n)
{
	char text[48];
	int length = snprintf(text, sizeof(text), "%s%u", how, n);

	if (pwrite(fail_nth, text, (size_t)length, 0) != length)
		say("fail-nth: %s\n", error_name(errno));
}

// This process is not to be killed for want of memory, but its children can be.
static void set_adj(const char *value)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	if (write(fd, value, strlen(value)) < 0)
		say("oom_score_adj: %s\n", error_name(errno));
	close(fd);
}

// How far the failure still is; 0: it has happened.
static uint32_t distance(void)
{
	char text[16] = { 0 };
	int fd = open("/proc/fail-nth", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	return strtoul(text, NULL, 10);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Remove the files of a directory, and its directories too if `all`.
static void empty(const char *path, bool all)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char name[512];

	while (directory && (entry = readdir(directory))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (unlink(name) == 0 || !all)
			continue;
		chmod(name, 0700);
		empty(name, true);
		rmdir(name);
	}
	if (directory)
		closedir(directory);
}

// In a child: become the program, with nobody to talk to, once allocations fail and the parent cannot be killed.
static void become(const char *program)
{
	char *const argv[] = { (char *)program, NULL };
	char byte;

	(void)!read(go[0], &byte, 1);
	close(go[0]);
	close(go[1]);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	close(null);
	close(fail_nth);
	execve(program, argv, environ);
	_exit(127);
}

// Kill all processes but this one and the kernel's, and wait until they have gone. Returns whether
// they have.
static bool kill_all(void)
{
	for (int i = 0; i < SETTLE_MS; i++) {
		if (kill(-1, SIGKILL) && errno == ESRCH)
			return true;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
		sleep_ms(1);
	}
	return false;
}

// Remove the System V objects that a program has left.
static void remove_objects(void)
{
	struct shmid_ds segment;
	struct shm_info segments;
	struct semid_ds set;
	struct seminfo sets;
	struct msqid_ds queue;
	struct msginfo queues;
	int last = shmctl(0, SHM_INFO, (struct shmid_ds *)&segments);

	for (int i = 0; i <= last; i++)
		shmctl(shmctl(i, SHM_STAT_ANY, &segment), IPC_RMID, NULL);
	last = semctl(0, 0, SEM_INFO, &sets);
	for (int i = 0; i <= last; i++)
		semctl(semctl(i, 0, SEM_STAT_ANY, &set), 0, IPC_RMID, 0);
	last = msgctl(0, MSG_INFO, (struct msqid_ds *)&queues);
	for (int i = 0; i <= last; i++)
		msgctl(msgctl(i, MSG_STAT_ANY, &queue), IPC_RMID, NULL);
}

// The tables of objects never shrink: make them as large as any program does.
static void make_many_objects(void)
{
	for (int i = 0; i < SEGMENTS; i++)
		shmget(IPC_PRIVATE, 1, 0);
	for (int i = 0; i < SETS; i++)
		semget(IPC_PRIVATE, 1, 0);
	msgget(IPC_PRIVATE, 0);
	remove_objects();
}

// A program that has failed to go down leaves files at the top.
static void clean_up(void)
{
	remove_mounts();
	remove_objects();
	empty("/", false);
	empty("/tmp", true);
	empty("/dev/shm", true);
}

// A directory's table never shrinks: make those as large as any program does.
static void make_many_files(void)
{
	char name[16];

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "/%d", i);
		close(open(name, O_CREAT | O_WRONLY, 0644));
		snprintf(name, sizeof(name), "/tmp/%d", i);
		close(open(name, O_CREAT | O_WRONLY, 0644));
	}
	clean_up();
}

// Run a program, for at most `limit_ms`, and remove what it leaves. Returns how far the failure was
// away at its end.
static uint32_t run(const char *program, uint32_t nth, int64_t limit_ms)
{
	int64_t end = now_ms() + limit_ms;
	uint32_t left;
	pid_t pid;

	set_adj("0");
	pid = fork();
	if (pid == 0)
		become(program);
	set_adj("-1000");
	arm(nth == NEVER ? "" : kind, nth);
	(void)!write(go[1], "", 1);
	while (!(ended = waitpid(pid, NULL, WNOHANG) != 0) && now_ms() < end)
		sleep_ms(1);
	left = distance();
	arm("", 0);
	set_adj("0");
	if (!kill_all())
		say("%s: allocation %s%u fails, and then it cannot be killed\n", program, kind, nth);
	run_child(clean_up); // so that this process stays as it is
	return left;
}

// Free memory when everything has settled: `expected` as soon as it is that.
static unsigned long settled_memory(unsigned long expected)
{
	for (int i = 0; i < SETTLE_MS && free_memory() != expected; i++)
		sleep_ms(1);
	return free_memory();
}

static void inject(const char *program, uint32_t most)
{
	unsigned long before, after;
	uint32_t total, every, n;
	int64_t started, took, limit;

	run(program, NEVER, UNDISTURBED_MS);
	started = now_ms();
	total = NEVER - run(program, NEVER, UNDISTURBED_MS);
	took = now_ms() - started;
	if (!ended) {
		say("%s: it does not end, although nothing fails\n", program);
		return;
	}
	limit = LEAST_MS + 10 * took;
	if (took > SHORT_MS)
		most = LEAST_RUNS + (uint32_t)((uint64_t)most * SHORT_MS / (uint64_t)took);
	every = total / most + 1;
	before = settled_memory(0);
	for (n = 1; n <= 2 * total; n += every) {
		if (run(program, n, limit) || (*kind == 'r' && n > total))
			break; // it has come to its end before, or was run often enough
		after = settled_memory(before);
		if (after != before)
			say("%s: allocation %s%u fails, and %ld bytes are lost\n", program, kind, n,
			    (long)(before - after));
		before = after;
	}
	say("%s: %u of %u allocations have failed\n", program, (n - 1) / every, total);
}

int main(int argc, char **argv)
{
	uint32_t most = NEVER;
	int option;

	while ((option = getopt(argc, argv, "m:k:")) != -1) {
		if (option == 'k')
			kind = optarg;
		else
			most = option == 'm' ? strtoul(optarg, NULL, 10) : 0;
	}
	fail_nth = open("/proc/fail-nth", O_WRONLY);
	null = open("/dev/null", O_RDWR);
	if (fail_nth < 0 || most == 0 || chdir("/tmp") || pipe(go))
		return 2;
	run_child(make_many_files);
	run_child(make_many_objects);
	for (; optind < argc; optind++)
		inject(argv[optind], most);
	return 0;
}
