// log.c: what is printed: each operation with what it did, or only, now and then, a hash of all
// that. Output is collected and written in large pieces.

#include "fuzz.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool log_all;

static char text[32768];
static size_t used;
static uint32_t so_far; // hash of the operations since the last checkpoint

uint32_t hash_word(uint32_t hash, uint32_t word)
{
	hash = (hash ^ word) * 0x9e3779b1u;
	return hash ^ hash >> 15;
}

uint32_t hash_bytes(uint32_t hash, const void *data, size_t n)
{
	const unsigned char *p = data;

	for (; n >= 4; n -= 4, p += 4) {
		uint32_t word;

		memcpy(&word, p, 4);
		hash = hash_word(hash, word);
	}
	for (; n > 0; n--)
		hash = hash_word(hash, *p++);
	return hash;
}

void log_flush(void)
{
	size_t done = 0;

	while (done < used) {
		ssize_t n = write(STDOUT_FILENO, text + done, used - done);

		if (n < 0)
			_exit(98);
		done += (size_t)n;
	}
	used = 0;
}

void log_text(const char *format, ...)
{
	va_list args;

	if (sizeof(text) - used < 1024)
		log_flush();
	va_start(args, format);
	used += (size_t)vsnprintf(text + used, sizeof(text) - used, format, args);
	va_end(args);
}

// One line: NUMBER DEPTH NAME ARGUMENT... = RESULT [:DETAIL] [!SIGNAL CODE PLACE]
static void log_line(uint32_t number, unsigned int depth, const struct op *op,
                     const struct outcome *outcome)
{
	const struct op_kind *kind = &op_kinds[op->code];

	log_text("%u %u %s", number, depth, kind->name);
	for (size_t i = 0; kind->args[i]; i++)
		log_text(" %x", op->arg[i]);
	if (outcome->skipped)
		log_text(" = skipped\n");
	else if (outcome->signo)
		log_text(" = !%d %d %x\n", outcome->signo, outcome->si_code, outcome->si_place);
	else
		log_text(" = %x :%x\n", (uint32_t)outcome->result, outcome->detail);
}

void log_op(uint32_t number, unsigned int depth, const struct op *op, const struct outcome *outcome)
{
	if (log_all) {
		log_line(number, depth, op, outcome);
		log_flush(); // the next one may be the last thing that the kernel does
		return;
	}
	so_far = hash_bytes(hash_word(so_far, op->code), op->arg, sizeof(op->arg));
	so_far = hash_word(hash_word(so_far, (uint32_t)outcome->result), outcome->detail);
	so_far = hash_word(so_far, (uint32_t)(outcome->signo << 16 | outcome->si_code << 1 |
	                                      outcome->skipped));
	so_far = hash_word(so_far, outcome->si_place);
}

void log_checkpoint(uint32_t number, unsigned int depth)
{
	if (!log_all)
		log_text("%u %u %08x\n", number, depth, so_far);
	so_far = 0;
}

void fail(const char *what)
{
	log_text("fuzz_memory: %s: error %d\n", what, errno);
	log_flush();
	_exit(99);
}
