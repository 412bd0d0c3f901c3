// What limits there are, who may set them to what, and how the calls report them.

#include "test.h"
#include <sys/resource.h>

static const char *const names[RLIM_NLIMITS] = {
	"CPU",     "FSIZE", "DATA",  "STACK",      "CORE",     "RSS",  "NPROC",  "NOFILE",
	"MEMLOCK", "AS",    "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME",
};

struct wide {
	uint64_t now, most;
};

static long prlimit_wide(pid_t pid, int resource, const struct wide *new, struct wide *old)
{
	return syscall(SYS_prlimit64, pid, resource, new, old);
}

static void say_limit(uint64_t limit)
{
	if (limit == ~0ull)
		say(" infinite");
	else
		say(" %llu", (unsigned long long)limit);
}

// Those that are not the machine's affair.
static void defaults(void)
{
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct wide limit;

		prlimit_wide(0, i, NULL, &limit);
		say("%s:", names[i]);
		if (i == RLIMIT_NPROC || i == RLIMIT_SIGPENDING) {
			say(" %s\n", limit.now == limit.most && limit.now >= 10 ? "some" : "bad");
		} else if (i == RLIMIT_NOFILE) {
			say(" %s\n", limit.now >= 1024 && limit.most >= 4096 ? "enough" : "few");
		} else {
			say_limit(limit.now);
			say_limit(limit.most);
			say("\n");
		}
	}
}

static void rules(void)
{
	struct wide low = { 5, 5 }, backward = { 6, 5 }, high = { 8, 1 << 20 };
	struct wide too_high = { 8, (1 << 20) + 1 }, large = { 1ull << 33, 1ull << 34 }, old;
	struct rlimit limit;
	pid_t child;

	show("soft above hard", prlimit_wide(0, RLIMIT_RTTIME, &backward, NULL));
	show("lower", prlimit_wide(0, RLIMIT_RTTIME, &low, &old));
	say_limit(old.now);
	say("\n");
	show("higher again", prlimit_wide(0, RLIMIT_RTTIME, &high, &old));
	say("it was %d %d\n", (int)old.now, (int)old.most);
	show("1,048,576 descriptors", prlimit_wide(0, RLIMIT_NOFILE, &high, NULL));
	show("and one more", prlimit_wide(0, RLIMIT_NOFILE, &too_high, NULL));
	show("no such resource", prlimit_wide(0, RLIM_NLIMITS, NULL, NULL));
	show("no such resource", prlimit_wide(0, -1, NULL, NULL));
	show("no such process", prlimit_wide(30000, RLIMIT_CPU, NULL, NULL));
	show("neither", prlimit_wide(30000, RLIM_NLIMITS, NULL, NULL));
	show("bad address and no such process", prlimit_wide(30000, -1, (void *)1, NULL));
	show("bad address for the old limit", prlimit_wide(0, RLIMIT_RTTIME, &low, (void *)1));
	prlimit_wide(0, RLIMIT_RTTIME, NULL, &old);
	say("set all the same: %d\n", (int)old.now);
	show("more than 32 bits", prlimit_wide(0, RLIMIT_FSIZE, &large, NULL));
	prlimit_wide(0, RLIMIT_FSIZE, NULL, &old);
	say("are kept: %llx %llx\n", (unsigned long long)old.now, (unsigned long long)old.most);
	show("bad address", setrlimit(-1, (void *)1));
	show("bad address", getrlimit(-1, (void *)1));
	child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	if (child < 0)
		_exit(1); // kill(-1) below would end everybody
	show("another's", prlimit_wide(child, RLIMIT_NOFILE, &low, &old));
	say("inherited: %d\n", (int)old.now);
	prlimit_wide(child, RLIMIT_NOFILE, NULL, &old);
	say("changed: %d\n", (int)old.now);
	getrlimit(RLIMIT_NOFILE, &limit);
	say("ours: %d\n", (int)limit.rlim_cur);
	kill(child, SIGKILL);
	wait(NULL);
}

// A child of vfork, which shares memory and perhaps more, has limits of its own.
static void shared(void)
{
	struct rlimit small = { 1 << 20, RLIM_INFINITY }, limit;

	if (vfork() == 0) {
		setrlimit(RLIMIT_AS, &small);
		setrlimit(RLIMIT_DATA, &small);
		setrlimit(RLIMIT_STACK, &small);
		_exit(0);
	}
	wait(NULL);
	getrlimit(RLIMIT_AS, &limit);
	check("the parent's limit is as before", limit.rlim_cur == RLIM_INFINITY);
	check("and it may map", sbrk(2 << 20) != (void *)-1);
}

int main(void)
{
	defaults();
	rules();
	shared();
	return 0;
}
