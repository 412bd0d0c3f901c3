// pids.c: the table of numbers. A bit for each says whether it is taken. 32 that follow each other
// have a block with what they name, while one of them is taken.
#include "proc/pids.h"

#include "bitmap.h"
#include "mem/heap.h"
#include "proc/process.h"

#define PID_FIRST_AGAIN 300 // where numbers go on after the highest

// [p] process_lock

// Two blocks take no memory, so that what a program forks and waits for leaves the heap as it was:
// that of the first numbers, and that of the number taken last.
static struct pid_slot first_block[PID_BLOCK_SLOTS], last_block[PID_BLOCK_SLOTS]; // [p]

struct pid_slot *pid_blocks[PID_MAX / PID_BLOCK_SLOTS]; // [p]

static uint32_t pids_taken[BITMAP_WORDS(PID_MAX)]; // [p]
static pid_t last_pid;                             // [p] taken last

_Static_assert(PID_BLOCK_SLOTS == 32, "a block is empty when its word of pids_taken is 0");

// Let `to` name what `from` names, NULL: nothing.
static void move_slot(struct pid_slot *to, const struct pid_slot *from)
{
	list_init(&to->members);
	to->process = from ? from->process : NULL;
	to->session_members = from ? from->session_members : 0;
	to->guardians = from ? from->guardians : 0;
	if (from && !list_empty(&from->members)) {
		to->members = from->members;
		to->members.next->prev = to->members.prev->next = &to->members;
	}
}

static void move_block(struct pid_slot *to, const struct pid_slot *from)
{
	for (size_t i = 0; i < PID_BLOCK_SLOTS; i++)
		move_slot(&to[i], from ? &from[i] : NULL);
}

// Numbers are taken from block `block` now, and no more from `before`: move what is in last_block
// into the heap, and block `block` into last_block. 0 or -ENOMEM with nothing changed.
static int change_block(size_t before, size_t block)
{
	struct pid_slot *old = NULL;

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

pid_t pid_take(void)
{
	size_t before = (size_t)last_pid / PID_BLOCK_SLOTS, block;
	size_t pid = bitmap_next_absent(pids_taken, (size_t)last_pid + 1, PID_MAX);

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
	return last_pid;
}

// Free block `i` if none of its numbers is taken and it is in the heap.
static void trim_block(size_t i)
{
	if (pids_taken[i] == 0 && pid_blocks[i] != last_block && i != 0) {
		kfree(pid_blocks[i]);
		pid_blocks[i] = NULL;
	}
}

void pid_release(pid_t pid)
{
	const struct pid_slot *slot;

	if (!bitmap_has(pids_taken, (size_t)pid))
		return;
	slot = pid_slot_taken(pid);
	if (slot->process || !list_empty(&slot->members) || slot->session_members)
		return;
	bitmap_remove(pids_taken, (size_t)pid);
	trim_block((size_t)pid / PID_BLOCK_SLOTS);
}

pid_t pid_next_process(pid_t after)
{
	size_t pid = after < 0 ? 1 : (size_t)after + 1;

	for (;; pid++) {
		pid = bitmap_next_present(pids_taken, pid, PID_MAX);
		if (pid >= PID_MAX)
			return 0;
		if (pid_slot_taken((pid_t)pid)->process)
			return (pid_t)pid;
	}
}
