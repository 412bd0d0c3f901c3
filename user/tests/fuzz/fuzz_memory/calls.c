// calls.c: arguments for the calls, as programs use them; spoil() makes some of them wrong.

#include "fuzz.h"

#include <sys/mman.h>

// One of the protections, those that programs use more often.
static uint32_t pick_protection(void)
{
	static const uint8_t usual[] = { 3, 3, 3, 3, 1, 1, 1, 0, 0, 5, 7, 2, 4, 6 };

	return usual[random_below(sizeof(usual))];
}

static uint32_t pick_file(void)
{
	uint32_t any = random_below(12);

	if (any < 5)
		return FILE_A;
	if (any < 10)
		return FILE_B;
	return any == 10 ? FILE_A_READ : random_below(FILES);
}

static uint32_t pick_flags(void)
{
	static const uint32_t rare[] = { MAP_POPULATE,   MAP_POPULATE,  MAP_NORESERVE, MAP_LOCKED,
		                         MAP_STACK,      MAP_DENYWRITE, MAP_32BIT,     MAP_NONBLOCK,
		                         MAP_EXECUTABLE, MAP_POPULATE };
	uint32_t kind = random_below(20), flags;

	if (kind < 10)
		flags = MAP_PRIVATE | MAP_ANONYMOUS;
	else if (kind < 13)
		flags = MAP_SHARED | MAP_ANONYMOUS;
	else
		flags = kind < 16 ? MAP_PRIVATE : kind < 19 ? MAP_SHARED : MAP_SHARED_VALIDATE;
	if (one_in(6))
		flags |= rare[random_below(sizeof(rare) / sizeof(*rare))];
	return flags;
}

// Mostly at a fixed place, for everything else ends outside unless the place is free.
void generate_mmap(struct op *op)
{
	uint32_t how = random_below(20);

	pick_range(op, 16, 0);
	op->arg[2] = pick_protection();
	op->arg[3] = pick_flags();
	// Below the heap lies the program, in another distance in every run.
	if (allow_growsdown && op->arg[0] < HEAP_PLACE && one_in(20))
		op->arg[3] |= MAP_GROWSDOWN;
	op->arg[4] = op->arg[3] & MAP_ANONYMOUS ? FILE_CLOSED : pick_file();
	op->arg[5] = op->arg[3] & MAP_ANONYMOUS ? 0 : random_below(1 + random_below(9));
	if (op->code == OP_OLD_MMAP)
		op->arg[5] *= PAGE;
	if (how < 16)
		op->arg[3] |= MAP_FIXED;
	else if (how < 18)
		op->arg[3] |= MAP_FIXED_NOREPLACE;
	else if (how == 18)
		op->arg[0] = OUT;
}

void generate_munmap(struct op *op)
{
	pick_range(op, 12, 0);
}

void generate_mprotect(struct op *op)
{
	pick_range(op, 16, 0);
	op->arg[2] = pick_protection();
}

// Move, grow, shrink. Nothing may grow beyond the end of its stretch, where nobody looks.
void generate_mremap(struct op *op)
{
	static const uint8_t usual[] = { MREMAP_MAYMOVE | MREMAP_FIXED,
		                         MREMAP_MAYMOVE | MREMAP_FIXED,
		                         MREMAP_MAYMOVE | MREMAP_FIXED,
		                         MREMAP_MAYMOVE,
		                         MREMAP_MAYMOVE,
		                         0,
		                         0,
		                         MREMAP_MAYMOVE | MREMAP_DONTUNMAP | MREMAP_FIXED,
		                         MREMAP_MAYMOVE | MREMAP_DONTUNMAP,
		                         MREMAP_FIXED };
	uint32_t room, pages, target;
	bool all;

	pick_range(op, 16, 0);
	room = stretch_end(op->arg[0]) - op->arg[0];
	pages = 1 + random_below(12);
	op->arg[3] = usual[random_below(sizeof(usual))];
	all = op->arg[3] & MREMAP_FIXED && one_in(2);
	if (!all && !model_is_one_area(op->arg[0], op->arg[1]))
		op->arg[1] = PAGE; // else it would only be skipped
	if (all || (op->arg[3] & MREMAP_DONTUNMAP && !one_in(8)))
		op->arg[2] = op->arg[1];
	else
		op->arg[2] = one_in(3) ? op->arg[1] : pick_length(pages);
	if (op->arg[2] > room)
		op->arg[2] = room;
	target = random_below(WINDOW_PAGES);
	if (target * PAGE + op->arg[2] > WINDOW_PAGES * PAGE)
		target = 0;
	op->arg[4] = op->arg[3] & MREMAP_FIXED ? target * PAGE : OUT;
	if (one_in(10))
		op->arg[1] = 0;
}

void generate_madvise(struct op *op)
{
	static const uint8_t usual[] = { MADV_DONTNEED,      MADV_DONTNEED,        MADV_DONTNEED,
		                         MADV_DONTNEED,      MADV_WILLNEED,        MADV_FREE,
		                         MADV_FREE,          MADV_DONTFORK,        MADV_DOFORK,
		                         MADV_DOFORK,        MADV_WIPEONFORK,      MADV_KEEPONFORK,
		                         MADV_POPULATE_READ, MADV_POPULATE_WRITE,  MADV_NORMAL,
		                         MADV_REMOVE,        MADV_DONTNEED_LOCKED, MADV_COLD,
		                         MADV_DONTDUMP,      MADV_DODUMP,          MADV_RANDOM,
		                         MADV_SEQUENTIAL };

	pick_range(op, 16, 0);
	op->arg[2] = usual[random_below(sizeof(usual))];
}

void generate_msync(struct op *op)
{
	pick_range(op, 16, 0);
	op->arg[2] = random_below(8);
}

void generate_mincore(struct op *op)
{
	pick_range(op, 16, 0);
	op->arg[2] = !one_in(16);
}

void generate_mlock(struct op *op)
{
	pick_range(op, 8, 0);
	op->arg[2] = op->code == OP_MLOCK2 ? random_below(2) : 0;
}

void generate_stack_limit(struct op *op)
{
	static const uint32_t pages[] = { 16, 24, 32, 50, 2048, 2048, 2048 };

	op->arg[0] = pages[random_below(sizeof(pages) / sizeof(*pages))] * PAGE;
}

void generate_mlockall(struct op *op)
{
	op->arg[0] = random_below(8);
}

void generate_brk(struct op *op)
{
	op->arg[0] = HEAP_PLACE + random_below(HEAP_PAGES * PAGE);
	if (one_in(2))
		op->arg[0] &= -PAGE;
	if (one_in(16))
		op->arg[0] = one_in(2) ? 0xf0000000u : OUT;
}

void generate_truncate(struct op *op)
{
	op->arg[0] = pick_file();
	op->arg[1] = random_below(12 * PAGE);
	if (one_in(2))
		op->arg[1] &= -PAGE;
	if (one_in(24))
		op->arg[1] = one_in(2) ? 0x80000000u : 0xffffffffu;
}

void generate_fallocate(struct op *op)
{
	static const uint8_t modes[] = { 0, 0, 1, 3, 3, 3, 3, 2, 4, 8, 16, 32, 64 };

	op->arg[0] = pick_file();
	op->arg[1] = modes[random_below(sizeof(modes))];
	op->arg[2] = random_below(10) * PAGE + (one_in(3) ? random_below(PAGE) : 0);
	op->arg[3] = random_below(one_in(2) ? 8 * PAGE : 2 * PAGE);
	if (one_in(2))
		op->arg[3] &= -PAGE;
}

// Bytes through a pipe, or between processes, start and end anywhere.
void generate_pipe(struct op *op)
{
	bool to_memory = op->code == OP_PIPE_IN || op->code == OP_FILE_IN ||
	                 op->code == OP_VM_WRITE;
	uint32_t offset = one_in(3) ? random_below(PAGE) : 0;

	pick_range(op, 8, to_memory ? PROT_WRITE : 0);
	if (offset < op->arg[1]) {
		op->arg[0] += offset;
		op->arg[1] -= offset;
	}
	op->arg[2] = random_below(0x10000);
}

// A page of a file may be mapped where the bytes come from or go to. What one copy over itself
// leaves behind depends on how it is done, so bytes keep their offset in the page.
void generate_file(struct op *op)
{
	generate_pipe(op);
	op->arg[2] = pick_file();
	op->arg[3] = random_below(10) * PAGE + op->arg[0] % PAGE;
}
