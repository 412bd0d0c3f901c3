// script.c: calls as text, one a line: WORKER NAME ARGUMENT... An argument is a hexadecimal number:
// alone a value, behind a p a process, behind an s the seed of what a pointer leads to.

#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SCRIPT_CALLS 8192

bool scripted;
static struct op (
	*script)[SCRIPT_CALLS]; // of each worker; no static memory, which mlockall would fill
static uint32_t lengths[WORKERS];

static void fail(const char *what)
{
	dprintf(STDERR_FILENO, "fuzz_syscalls: %s\n", what);
	_exit(2);
}

static void *new_memory(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		fail("no memory for the script");
	return at;
}

// The index of a call, or -1.
static int call_find(const char *name, size_t length)
{
	for (size_t i = 0; i < call_count(); i++)
		if (strlen(call_at(i)->name) == length && !memcmp(call_at(i)->name, name, length))
			return (int)i;
	return -1;
}

// Read one line. Returns what stands behind it.
static const char *read_line(const char *at)
{
	char *end;
	uint32_t worker = strtoul(at, &end, 10);
	size_t length;
	struct op *op;
	int call;

	at = end + 1;
	length = strcspn(at, " \n");
	call = call_find(at, length);
	if (worker >= WORKERS || call < 0 || lengths[worker] == SCRIPT_CALLS)
		fail("a line of the script");
	op = &script[worker][lengths[worker]++];
	memset(op, 0, sizeof(*op));
	op->call = (uint16_t)call;
	at += length;
	for (int i = 0; i < ARGS && *at == ' '; i++) {
		at++;
		op->arg[i].how = *at == 'p' ? PID : *at == 's' ? FILLED : RAW;
		op->arg[i].value = strtoul(at + (op->arg[i].how != RAW), &end, 16);
		at = end;
	}
	if (*at != '\n')
		fail("an argument of the script");
	return at + 1;
}

void script_read(const char *path)
{
	const size_t most = SCRIPT_CALLS * 64;
	char *text = new_memory(most + 1);
	const char *at = text;
	size_t length = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY);

	script = new_memory(WORKERS * sizeof(*script));
	while (fd >= 0 && (n = read(fd, text + length, most - length)) > 0)
		length += (size_t)n;
	if (fd < 0)
		fail(path);
	close(fd);
	scripted = true;
	while (*at)
		at = read_line(at);
	munmap(text, most + 1);
}

uint32_t script_length(uint32_t worker)
{
	return lengths[worker];
}

// The call that a worker performs as number `index`, or false if there is none any more.
bool op_at(uint32_t worker, uint32_t index, struct op *op)
{
	if (!scripted) {
		generate(worker, index, op);
		return true;
	}
	if (index >= lengths[worker])
		return false;
	*op = script[worker][index];
	return true;
}

void op_print(uint32_t worker, const struct op *op)
{
	static const char *const marks[] = { [RAW] = "", [PID] = "p", [FILLED] = "s" };
	char line[128];
	int at = snprintf(line, sizeof(line), "%u %s", worker, call_at(op->call)->name),
	    last = ARGS;

	while (last > 0 && op->arg[last - 1].how == RAW && op->arg[last - 1].value == 0)
		last--;
	for (int i = 0; i < last; i++)
		at += snprintf(line + at, sizeof(line) - (size_t)at, " %s%x", marks[op->arg[i].how],
		               op->arg[i].value);
	printf("%s\n", line);
}
