// trace_boot.c: the grader's operations on memory before there are pages, and on invented memory.
// An invented map of memory is only numbers: boot_alloc does not touch what it hands out.
#include "mem/mem_internal.h"
#include "trace/trace.h"

#define INVENTED_MAX 16
#define NOT_STORED 0xDEADBEEFu // in what a function should store

static struct mem_range usable[INVENTED_MAX], taken[INVENTED_MAX];
static size_t usable_count, taken_count;

// clear_map: begin another invented map.
TRACE_OP(clear_map)
{
	usable_count = taken_count = 0;
}

// usable START END: add usable memory to the invented map, in order.
TRACE_OP(usable)
{
	if (usable_count < INVENTED_MAX)
		usable[usable_count++] = (struct mem_range){ args[0], args[1] };
}

// taken START END: add memory that something occupies.
TRACE_OP(taken)
{
	if (taken_count < INVENTED_MAX)
		taken[taken_count++] = (struct mem_range){ args[0], args[1] };
}

// use_map: let boot_next_gap see the invented map, without boot_alloc_init.
TRACE_OP(use_map)
{
	boot_map = (struct boot_map){ .usable = usable,
		                      .taken = taken,
		                      .usable_count = usable_count,
		                      .taken_count = taken_count };
}

// boot_range START NEXT END CLOSED: let boot_alloc allocate from there; with CLOSED = 1 as if page_init
// had run.
TRACE_OP(boot_range)
{
	boot_map = (struct boot_map){
		.start = args[0], .next = args[1], .end = args[2], .closed = args[3]
	};
}

// boot_next_gap FROM: reports what it returned, and the gap.
TRACE_OP(boot_next_gap)
{
	struct mem_range gap = { NOT_STORED, NOT_STORED };

	trace_value(boot_next_gap(args[0], &gap));
	trace_value(gap.start);
	trace_value(gap.end);
}

// boot_alloc BYTES ALIGN: reports the address.
TRACE_OP(boot_alloc)
{
	trace_value((uint32_t)boot_alloc(args[0], args[1]));
}

// boot_fill ADDRESS BYTES VALUE: fill what boot_alloc returned, from whole word to whole word.
// Reports 0 if it may be written.
TRACE_OP(boot_fill)
{
	physaddr_t pa = virt_to_phys((void *)args[0]);

	if (!trace_may_write(pa, args[1])) {
		trace_value(1);
		return;
	}
	stosl(phys_to_virt(pa), args[2], args[1] / 4);
	trace_value(0);
}

// boot_state: reports where boot_alloc's range begins, where the next block is, and where it ends;
// then each usable range of the machine, and each that is occupied, on a line of its own.
TRACE_OP(boot_state)
{
	trace_value(boot_map.start);
	trace_value(boot_map.next);
	trace_value(boot_map.end);
	trace_value(boot_map.closed);
	for (size_t i = 0; i < boot_map.usable_count; i++) {
		trace_more();
		trace_value(1);
		trace_value(boot_map.usable[i].start);
		trace_value(boot_map.usable[i].end);
	}
	for (size_t i = 0; i < boot_map.taken_count; i++) {
		trace_more();
		trace_value(2);
		trace_value(boot_map.taken[i].start);
		trace_value(boot_map.taken[i].end);
	}
}

// crash: cause an exception, for the grader's own tests.
TRACE_OP(crash)
{
	__builtin_trap();
}
