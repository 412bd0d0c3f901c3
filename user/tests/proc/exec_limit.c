// Arguments and environment may take a quarter of RLIMIT_STACK, with their pointers: at least 128 KiB and
// at most 6 MiB.
#include "test.h"
#include <sys/resource.h>

#define KIB 1024
#define STRING 100000 // bytes of each string but the last

static char string[STRING];

static void set_limit(unsigned long bytes)
{
	struct rlimit limit = { bytes, RLIM_INFINITY };

	show("setrlimit", setrlimit(RLIMIT_STACK, &limit));
}

// Pass `total` bytes in arguments, or in the environment.
static void pass(size_t total, bool environment)
{
	char *vector[100] = { NULL }, *none[] = { NULL };
	size_t count = 0;

	memset(string, 'a', sizeof(string) - 1);
	for (; total >= STRING; total -= STRING)
		vector[count++] = string;
	if (total)
		vector[count++] = string + STRING - total;
	if (environment)
		execve("/bin/true", none, vector);
	else
		execve("/bin/true", vector, none);
	say("%s\n", error_name(errno));
	_exit(1);
}

static void try(size_t kib)
{
	for (int environment = 0; environment < 2; environment++) {
		int status;

		say("  %zu KiB%s: ", kib, environment ? " of environment" : "");
		if (fork_or_end() == 0)
			pass(kib * KIB, environment);
		wait(&status);
		if (status == 0)
			say("runs\n");
	}
}

int main(void)
{
	set_limit(8192 * KIB);
	try(100);
	try(2000);
	try(2100);
	set_limit(1024 * KIB);
	try(250);
	try(260);
	set_limit(256 * KIB); // a quarter is less than what there is at least
	try(120);
	try(130);
	set_limit(16384 * KIB);
	try(4000);
	try(4100);
	set_limit(65536 * KIB);
	try(6000);
	try(6200);
	set_limit(RLIM_INFINITY);
	try(6000);
	try(6200);
	return 0;
}
