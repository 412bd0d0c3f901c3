// pids.c: the table of numbers. A bitmap says which numbers are taken. The slot of a number says
// what it names. 32 slots form a block, which exists only while one of its numbers is taken. So
// 32,768 numbers cost little memory.
#include "proc/pids.h"

#include "bitmap.h"
#include "mem/heap.h"
#include "proc/process.h"

#define PID_FIRST_AGAIN 300 // numbers continue here after the highest

// [p] process_lock

// Two blocks are not in the heap: the block of the first numbers, and the block of the number
// taken last. So a program that forks and waits leaves the heap as it was.
static struct pid_slot first_block[PID_BLOCK_SLOTS], last_block[PID_BLOCK_SLOTS]; // [p]

struct pid_slot *pid_blocks[PID_MAX / PID_BLOCK_SLOTS]; // [p]

static uint32_t pids_taken[BITMAP_WORDS(PID_MAX)]; // [p]
static pid_t last_pid;                             // [p] the number taken last
static uint64_t lives;                             // [p] how many numbers have been taken

_Static_assert(PID_BLOCK_SLOTS == 32, "a block is empty when its word of pids_taken is 0");

// Move the contents of *from to *to; `from` NULL: let *to name nothing. The list of members must
// be linked to its new head.
static void move_slot(struct pid_slot *to, const struct pid_slot *from)
{
	list_init(&to->members);
	to->process = from ? from->process : NULL;
	to->thread = from ? from->thread : NULL;
	to->ended = from ? from->ended : NULL;
	to->life = from ? from->life : 0;
	to->session_members = from ? from->session_members : 0;
	to->guardians = from ? from->guardians : 0;
	if (from && !list_empty(&from->members)) {
		to->members = from->members;
		to->members.next->prev = to->members.prev->next = &to->members;
	}
}

// Move all slots of a block.
static void move_block(struct pid_slot *to, const struct pid_slot *from)
{
	for (size_t i = 0; i < PID_BLOCK_SLOTS; i++)
		move_slot(&to[i], from ? &from[i] : NULL);
}

// Numbers will be taken from block `block`, and no more from block `before`: move last_block to
// the heap if it is in use, and block `block` into last_block. Returns 0, or -ENOMEM with nothing
// changed. Caller: holds process_lock.
static int change_block(size_t before, size_t block)
{
	struct pid_slot *old = NULL;

	assert_spin_held(&process_lock);
	if (before != 0 && pids_taken[before]) {
		old = kmalloc(sizeof(last_block));
		if (!old)
			return -ENOMEM;
		move_block(old, last_block);
	}
	if (before != 0)
		pid_blocks[before] = old;
	move_block(last_block, pid_blocks[block]);
	kfree(pid_blocks[block]);
	pid_blocks[block] = last_block;
	return 0;
}

// Numbers rise until they wrap. So a number is not used again soon after its process has ended,
// and a kill() that comes too late does not hit another process.
pid_t pid_take(void)
{
	size_t before = (size_t)last_pid / PID_BLOCK_SLOTS, block;
	size_t pid = bitmap_next_absent(pids_taken, (size_t)last_pid + 1, PID_MAX);

	assert_spin_held(&process_lock);
	if (last_pid == 0) {
		move_block(first_block, NULL);
		pid_blocks[0] = first_block;
	}
	if (pid == PID_MAX)
		pid = bitmap_next_absent(pids_taken, PID_FIRST_AGAIN, PID_MAX);
	if (pid == PID_MAX)
		return -EAGAIN;
	block = pid / PID_BLOCK_SLOTS;
	if (block != before && change_block(before, block))
		return -ENOMEM;
	bitmap_add(pids_taken, pid);
	last_pid = (pid_t)pid;
	pid_slot_taken(last_pid)->life = ++lives;
	return last_pid;
}

uint64_t pid_life(pid_t pid)
{
	const struct pid_slot *slot = pid_slot(pid);

	assert_spin_held(&process_lock);
	return slot && bitmap_has(pids_taken, (size_t)pid) ? slot->life : 0;
}

pid_t pid_last(void)
{
	assert_spin_held(&process_lock);
	return last_pid;
}

// Free block `i` if it is in the heap and none of its numbers is taken.
static void trim_block(size_t i)
{
	if (pids_taken[i] == 0 && pid_blocks[i] != last_block && i != 0) {
		kfree(pid_blocks[i]);
		pid_blocks[i] = NULL;
	}
}

// Called whenever one of the uses of a number ends; frees it after the last.
void pid_release(pid_t pid)
{
	const struct pid_slot *slot;

	assert_spin_held(&process_lock);
	if (!bitmap_has(pids_taken, (size_t)pid))
		return;
	slot = pid_slot_taken(pid);
	if (slot->process || slot->thread || slot->ended || !list_empty(&slot->members) ||
	    slot->session_members)
		return;
	bitmap_remove(pids_taken, (size_t)pid);
	trim_block((size_t)pid / PID_BLOCK_SLOTS);
}

// A taken number may name only a group or a session, so the slot decides.
pid_t pid_next_process(pid_t after)
{
	size_t pid = after < 0 ? 1 : (size_t)after + 1;

	assert_spin_held(&process_lock);
	for (;; pid++) {
		pid = bitmap_next_present(pids_taken, pid, PID_MAX);
		if (pid >= PID_MAX)
			return 0;
		if (pid_slot_taken((pid_t)pid)->process)
			return (pid_t)pid;
	}
}
