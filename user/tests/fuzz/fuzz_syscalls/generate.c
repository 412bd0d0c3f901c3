// generate.c: the calls of a seed. Call number `index` of a worker depends on nothing but the seed
// and those numbers.

#include "fuzz.h"

#include <string.h>
#include <sys/syscall.h>

uint32_t rare_in = 256;

static uint16_t weighted[1024]; // each call as often as it weighs
static uint16_t rare[64];       // those of weight 0
static uint32_t total, rare_total;

void generate_init(void)
{
	for (size_t call = 0; call < call_count(); call++) {
		for (int i = 0; i < call_at(call)->weight && total < 1024; i++)
			weighted[total++] = (uint16_t)call;
		if (call_is_rare(call_at(call)) && rare_total < 64)
			rare[rare_total++] = (uint16_t)call;
	}
}

void generate(uint32_t worker, uint32_t index, struct op *op)
{
	const char *kinds;
	uint32_t state;

	random_start(&state, master_seed * 0x9e3779b1u + (index * WORKERS + worker));
	if (one_in(&state, rare_in))
		op->call = rare[below(&state, rare_total)];
	else
		op->call = weighted[below(&state, total)];
	kinds = call_at(op->call)->kinds;
	if (*kinds == '!')
		kinds++;
	for (int i = 0; i < ARGS; i++) {
		char kind = *kinds ? *kinds++ : '\0';

		op->arg[i].how = RAW;
		op->arg[i].value = 0;
		if (!kind)
			continue;
		if (kind_is_filled(kind) && !one_in(&state, 10)) {
			op->arg[i].how = FILLED;
			op->arg[i].value = random_word(&state) & 0xffffff;
		} else if (kind_is_filled(kind)) {
			op->arg[i].value = wild_address(&state);
		} else {
			op->arg[i].how = kind == 'P' ? PID : RAW;
			op->arg[i].value = raw_value(kind, &state);
		}
		// Any argument may be anything.
		if (one_in(&state, 100)) {
			op->arg[i].how = RAW;
			op->arg[i].value = raw_value('i', &state);
		}
	}
}
