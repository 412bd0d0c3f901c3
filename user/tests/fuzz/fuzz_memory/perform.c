// perform.c: performs operations on memory: accesses, digests, and the calls. What a call returned
// also tells the model what is mapped now.

#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int32_t result_of(long result)
{
	return (int32_t)(result == -1 ? -errno : result);
}

// Like the function above, for a call that returns an address.
static int32_t place_result(long result)
{
	return result == -1 ? -errno : (int32_t)place_of((uintptr_t)result);
}

static void set_fault(struct outcome *outcome, const struct fault *fault)
{
	outcome->signo = fault->signo;
	outcome->si_code = fault->si_code;
	outcome->si_place = place_of(fault->address);
}

void perform_load(const struct op *op, struct outcome *outcome)
{
	struct fault fault;

	if (try_load(address_of(op->arg[0]), &outcome->detail, &fault))
		model_touched(op->arg[0]);
	else
		set_fault(outcome, &fault);
}

void perform_store(const struct op *op, struct outcome *outcome)
{
	struct fault fault;

	if (try_store(address_of(op->arg[0]), op->arg[1], &fault))
		model_touched(op->arg[0]);
	else
		set_fault(outcome, &fault);
}

// The first and the last word of the page at `address`, or what fault there is.
static uint32_t hash_page(uint32_t hash, uintptr_t address)
{
	struct fault fault;
	uint32_t first = 0, last = 0;
	bool there = try_load(address, &first, &fault) &&
	             try_load(address + PAGE - 4, &last, &fault);

	if (!there) {
		first = (uint32_t)(fault.signo << 8 | fault.si_code);
		last = place_of(fault.address);
	}
	if (log_all)
		log_text("  page %x: %s%x %x\n", place_of(address), there ? "" : "!", first, last);
	return hash_word(hash_word(hash_word(hash, there), first), last);
}

void perform_digest(const struct op *op, struct outcome *outcome)
{
	uint32_t slot = op->arg[0], end = slot + op->arg[1];

	for (; slot < end && slot < SLOTS; slot++)
		outcome->detail = hash_page(outcome->detail, address_of(place_of_slot(slot)));
}

// A mapping that the system put where we do not look: give it back.
static void remove_outside(long result, uint32_t len)
{
	if (result != -1 && place_of((uintptr_t)result) == OUT)
		munmap((void *)result, len);
}

static void mapped(const struct op *op, struct outcome *outcome, long result)
{
	outcome->result = place_result(result);
	remove_outside(result, op->arg[1]);
	if (result != -1)
		model_map((uint32_t)outcome->result, op->arg[1],
		          (struct slot){ .prot = (uint8_t)(op->arg[2] & 7),
		                         .grows = op->arg[3] & MAP_GROWSDOWN,
		                         .locked = op->arg[3] & MAP_LOCKED });
}

void perform_mmap(const struct op *op, struct outcome *outcome)
{
	int fd = file_descriptor(op->arg[4]);

	mapped(op, outcome,
	       syscall(SYS_mmap2, address_of(op->arg[0]), op->arg[1], op->arg[2], op->arg[3], fd,
	               op->arg[5]));
}

void perform_old_mmap(const struct op *op, struct outcome *outcome)
{
	uint32_t args[] = { address_of(op->arg[0]),
		            op->arg[1],
		            op->arg[2],
		            op->arg[3],
		            (uint32_t)file_descriptor(op->arg[4]),
		            op->arg[5] };

	mapped(op, outcome, syscall(SYS_mmap, args));
}

void perform_munmap(const struct op *op, struct outcome *outcome)
{
	outcome->result = result_of(syscall(SYS_munmap, address_of(op->arg[0]), op->arg[1]));
	if (outcome->result == 0)
		model_unmap(op->arg[0], op->arg[1]);
}

// PROT_GROWSDOWN reaches to the start of an area, which is not determined; without stacks it is an
// error.
void perform_mprotect(const struct op *op, struct outcome *outcome)
{
	if (model_has_stacks && op->arg[2] & PROT_GROWSDOWN) {
		outcome->skipped = true;
		return;
	}
	outcome->result = result_of(
		syscall(SYS_mprotect, address_of(op->arg[0]), op->arg[1], op->arg[2]));
	if (outcome->result == 0 || outcome->result == -ENOMEM)
		model_protect(op->arg[0], op->arg[1], op->arg[2]);
	else
		model_cut(op->arg[0], op->arg[1]);
}

// What a mapping that left the two stretches holds; then it is unmapped.
static uint32_t hash_outside(uintptr_t address, uint32_t len)
{
	uint32_t hash = 0;

	for (uint32_t at = 0; at < len; at += PAGE) {
		struct fault fault;
		uint32_t word;

		if (!try_load(address + at, &word, &fault))
			word = (uint32_t)(fault.signo << 8 | fault.si_code);
		hash = hash_word(hash, word);
	}
	munmap((void *)address, len);
	return hash;
}

// Does MREMAP_FIXED without another size move everything that is there, in however many areas?
static bool moves_all(uint32_t old, uint32_t new, uint32_t flags)
{
	return flags & MREMAP_FIXED && old && (old + PAGE - 1) / PAGE == (new + PAGE - 1) / PAGE;
}

// Otherwise only a range that is one area for sure, or that holds nothing, is moved or grown; see
// there. What is locked is not left behind either, for that unlocks its whole area.
void perform_mremap(const struct op *op, struct outcome *outcome)
{
	uint32_t from = op->arg[0], old = op->arg[1], new = op->arg[2], flags = op->arg[3];
	bool stays = flags & MREMAP_DONTUNMAP || old == 0, all = moves_all(old, new, flags);
	struct slot slot = slot_of(from) < SLOTS ? slots[slot_of(from)] : (struct slot){ 0 };
	long result;

	if ((!all && !model_is_one_area(from, old)) ||
	    (flags & MREMAP_DONTUNMAP && model_may_be_locked(from, old))) {
		outcome->skipped = true;
		return;
	}
	result = syscall(SYS_mremap, address_of(from), old, new, flags, address_of(op->arg[4]));
	outcome->result = place_result(result);
	if (result == -1) {
		// What was at the new place may be gone, and the end of what should shrink too.
		model_doubt(from, old);
		if (flags & MREMAP_FIXED)
			model_doubt(op->arg[4], new);
		return;
	}
	if (all) {
		model_move(from, op->arg[4], new, stays);
		return;
	}
	if (!stays)
		model_unmap(from, old);
	model_map((uint32_t)outcome->result, new, slot);
	if (outcome->result == (int32_t)OUT)
		outcome->detail = hash_outside((uintptr_t)result, new);
}

void perform_madvise(const struct op *op, struct outcome *outcome)
{
	outcome->result = result_of(
		syscall(SYS_madvise, address_of(op->arg[0]), op->arg[1], op->arg[2]));
	model_cut(op->arg[0], op->arg[1]);
}

void perform_msync(const struct op *op, struct outcome *outcome)
{
	outcome->result = result_of(
		syscall(SYS_msync, address_of(op->arg[0]), op->arg[1], op->arg[2]));
}

// Whether a page is in memory is certain only for one that was touched just now.
void perform_mincore(const struct op *op, struct outcome *outcome)
{
	uint8_t resident[SLOTS], touched[SLOTS];
	uint32_t pages = (op->arg[1] + PAGE - 1) / PAGE;
	void *vector = op->arg[2] ? (void *)resident : (void *)1;

	memset(resident, 2, sizeof(resident));
	for (uint32_t i = 0; i < pages && i < SLOTS; i++) {
		struct fault fault;
		uint32_t word;

		touched[i] = try_load(address_of((op->arg[0] & -PAGE) + i * PAGE), &word, &fault);
	}
	outcome->result = result_of(
		syscall(SYS_mincore, address_of(op->arg[0]), op->arg[1], vector));
	for (uint32_t i = 0; i < pages && i < SLOTS && outcome->result == 0; i++)
		outcome->detail = hash_word(outcome->detail, touched[i] ? resident[i] & 3 : 4);
}

void perform_mlock(const struct op *op, struct outcome *outcome)
{
	outcome->result = result_of(syscall(SYS_mlock, address_of(op->arg[0]), op->arg[1]));
	model_lock(op->arg[0], op->arg[1], true);
}

void perform_mlock2(const struct op *op, struct outcome *outcome)
{
	outcome->result = result_of(
		syscall(SYS_mlock2, address_of(op->arg[0]), op->arg[1], op->arg[2]));
	model_lock(op->arg[0], op->arg[1], true);
}

void perform_munlock(const struct op *op, struct outcome *outcome)
{
	outcome->result = result_of(syscall(SYS_munlock, address_of(op->arg[0]), op->arg[1]));
	if (outcome->result == 0)
		model_lock(op->arg[0], op->arg[1], false);
	else
		model_cut(op->arg[0], op->arg[1]);
}

void perform_mlockall(const struct op *op, struct outcome *outcome)
{
	outcome->result = result_of(syscall(SYS_mlockall, op->arg[0]));
	if (outcome->result == 0)
		model_lock_all(true, op->arg[0] & MCL_FUTURE);
}

void perform_munlockall(const struct op *op, struct outcome *outcome)
{
	(void)op;
	outcome->result = result_of(syscall(SYS_munlockall));
	if (outcome->result == 0)
		model_lock_all(false, false);
}

void perform_brk(const struct op *op, struct outcome *outcome)
{
	uintptr_t end = (uintptr_t)syscall(SYS_brk, address_of(op->arg[0]));

	outcome->result = (int32_t)(end - heap_base + HEAP_PLACE);
	if (end - heap_base <= HEAP_PAGES * PAGE)
		model_brk(end - heap_base);
}

// How far stacks may grow: that of the program needs little.
void perform_stack_limit(const struct op *op, struct outcome *outcome)
{
	uint64_t limit[2]; // soft and hard

	outcome->result = result_of(syscall(SYS_prlimit64, 0, RLIMIT_STACK, NULL, limit));
	limit[0] = op->arg[0];
	if (outcome->result == 0)
		outcome->result = result_of(syscall(SYS_prlimit64, 0, RLIMIT_STACK, limit, NULL));
}

void perform_path(const struct op *op, struct outcome *outcome)
{
	outcome->result = result_of(syscall(SYS_access, address_of(op->arg[0]), F_OK));
}
