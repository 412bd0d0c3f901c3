// bench [-p PROGRAM] [NAME...]: what operations of the system cost, in ticks of the time-stamp
// counter. Under QEMU's -icount shift=0 a tick is one instruction of the guest; on a real machine
// it is time.
//
// Each line of output is "bench NAME VALUE". An operation runs in batches: one to warm up, then
// BATCHES of them; VALUE is the mean of the best batch, with two digits behind the point. What a
// batch needs once (a pipe, a second process) is not counted. PROGRAM is what fork_exec_wait runs,
// /bin/true without the option.

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCHES 5
#define CHUNK 4096

// One operation. `run` does it `n` times and returns the ticks that took; the value is for each of
// `units` that one run of the operation handles.
struct operation {
	const char *name;
	uint64_t (*run)(unsigned int n);
	unsigned int repetitions;
	unsigned int units;
};

static char *program[] = { "/bin/true", NULL };
static char chunk[CHUNK];

static uint64_t ticks(void)
{
	return __builtin_ia32_rdtsc();
}

static void fail(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

// The shortest call there is, made without the library on i386.
static uint64_t null_call(unsigned int n)
{
	uint64_t start = ticks();

	for (; n > 0; n--) {
#ifdef __i386__
		long number = SYS_getpid;

		asm volatile("int $0x80" : "+a"(number) : : "memory");
#else
		syscall(SYS_getpid);
#endif
	}
	return ticks() - start;
}

static void wait_for_child(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail("a child");
}

static uint64_t fork_exit_wait(unsigned int n)
{
	uint64_t start = ticks();

	for (; n > 0; n--) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid == 0)
			_exit(0);
		wait_for_child(pid);
	}
	return ticks() - start;
}

static uint64_t fork_exec_wait(unsigned int n)
{
	uint64_t start = ticks();

	for (; n > 0; n--) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid == 0) {
			execve(program[0], program, program + 1);
			_exit(127);
		}
		wait_for_child(pid);
	}
	return ticks() - start;
}

static void make_pipe(int fds[2])
{
	if (pipe(fds) < 0)
		fail("pipe");
}

// Write `size` bytes into a pipe and read them again, which never blocks.
static uint64_t write_and_read(unsigned int n, size_t size)
{
	uint64_t start;
	int fds[2];

	make_pipe(fds);
	start = ticks();
	for (; n > 0; n--)
		if (write(fds[1], chunk, size) != (ssize_t)size ||
		    read(fds[0], chunk, size) != (ssize_t)size)
			fail("pipe");
	start = ticks() - start;
	close(fds[0]);
	close(fds[1]);
	return start;
}

static uint64_t pipe_1_byte(unsigned int n)
{
	return write_and_read(n, 1);
}

static uint64_t pipe_per_byte(unsigned int n)
{
	return write_and_read(n, CHUNK);
}

// The other process: send back every byte.
static void echo_bytes(int from, int to)
{
	char byte;

	while (read(from, &byte, 1) == 1)
		if (write(to, &byte, 1) != 1)
			_exit(1);
	_exit(0);
}

// One byte to another process and back: both block each time.
static uint64_t pipe_round_trip(unsigned int n)
{
	int there[2], back[2];
	uint64_t start;
	char byte = 'x';
	pid_t pid;

	make_pipe(there);
	make_pipe(back);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		close(there[1]);
		close(back[0]);
		echo_bytes(there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	start = ticks();
	for (; n > 0; n--)
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			fail("pipe");
	start = ticks() - start;
	close(there[1]);
	close(back[0]);
	wait_for_child(pid);
	return start;
}

static const struct operation operations[] = {
	{ "null_call", null_call, 1000, 1 },
	{ "fork_exit_wait", fork_exit_wait, 50, 1 },
	{ "fork_exec_wait", fork_exec_wait, 50, 1 },
	{ "pipe_1_byte", pipe_1_byte, 500, 1 },
	{ "pipe_per_byte", pipe_per_byte, 200, CHUNK },
	{ "pipe_round_trip", pipe_round_trip, 500, 1 },
};

#define OPERATIONS (sizeof(operations) / sizeof(*operations))

// The value of an operation, in hundredths of a tick.
static uint64_t measure(const struct operation *operation)
{
	uint64_t best = UINT64_MAX;
	int i;

	operation->run(operation->repetitions);
	for (i = 0; i < BATCHES; i++) {
		uint64_t batch = operation->run(operation->repetitions);

		if (batch < best)
			best = batch;
	}
	return best * 100 / ((uint64_t)operation->repetitions * operation->units);
}

static void print(const char *name, uint64_t hundredths)
{
	dprintf(STDOUT_FILENO, "bench %s %llu.%02llu\n", name, (unsigned long long)hundredths / 100,
	        (unsigned long long)hundredths % 100);
}

static bool is_wanted(const char *name, char **wanted)
{
	char **other;

	for (other = wanted; *other; other++)
		if (strcmp(*other, name) == 0)
			return true;
	return *wanted == NULL;
}

// What blocking, waking and switching cost: half of what a round trip costs more than the two
// writes and two reads in it cost when nothing blocks.
static void print_switch(uint64_t round_trip, uint64_t one_byte)
{
	print("block_wake_switch", round_trip > 2 * one_byte ? (round_trip - 2 * one_byte) / 2 : 0);
}

int main(int argc, char **argv)
{
	uint64_t round_trip = 0, one_byte = 0, value;
	size_t i;
	int option;

	while ((option = getopt(argc, argv, "p:")) != -1) {
		if (option == '?')
			return 2;
		program[0] = optarg;
	}
	for (i = 0; i < OPERATIONS; i++) {
		if (!is_wanted(operations[i].name, argv + optind))
			continue;
		value = measure(&operations[i]);
		print(operations[i].name, value);
		if (operations[i].run == pipe_round_trip)
			round_trip = value;
		if (operations[i].run == pipe_1_byte)
			one_byte = value;
	}
	if (round_trip && one_byte)
		print_switch(round_trip, one_byte);
	return 0;
}
