// exec_args.c: the strings of a new program, and the stack on which it finds them.
#include "cpu/x86.h"
#include "fs/random.h"
#include "mem/heap.h"
#include "proc/exec.h"
#include "proc/process.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/elf.h>
#include <abi/mman.h>

#define BLOCK_FIRST 2048u
#define POINTER_SIZE sizeof(uint32_t)

// The cost of work in instructions, roughly: for each byte of a string, and for each string.
#define BYTE_COST 5
#define STRING_COST 50

int exec_args_init(struct exec_args *args)
{
	uint64_t quarter = process_current()->limits[RLIMIT_STACK].rlim_cur / 4;

	*args = (struct exec_args){ .block = kmalloc(BLOCK_FIRST), .size = BLOCK_FIRST };
	args->limit = (size_t)MIN(MAX(quarter, (uint64_t)EXEC_BLOCK_MIN), (uint64_t)EXEC_BLOCK_MAX);
	return args->block ? 0 : -ENOMEM;
}

void exec_args_free(struct exec_args *args)
{
	kfree(args->block);
	process_release(args->size / PAGE_SIZE);
}

#define MOVE_PART (64u << 10) // bytes moved between two tests for a yield

// Move `n` bytes, perhaps within one block, and yield in between. A killed thread goes on too: it
// ends when it leaves the kernel.
static void move_bytes(char *to, const char *from, size_t n)
{
	for (size_t done = 0, part; done < n; done += part) {
		size_t at = done;

		part = MIN(n - done, MOVE_PART);
		if (to > from) // move the end first, so that nothing is overwritten
			at = n - done - part;
		memmove(to + at, from + at, part);
		(void)yield_after(part);
	}
}

// Make room for `n` more bytes. The block doubles, so that many strings cost few copies. Returns
// 0; -E2BIG beyond the limit; -ENOMEM.
static int reserve(struct exec_args *args, size_t n)
{
	size_t size = args->size;
	char *block;

	if (n > args->limit - args->used)
		return WHY(-E2BIG, "arguments and environment have more than %u bytes", args->limit);
	if (n <= size - args->used)
		return 0;
	while (size - args->used < n)
		size *= 2;
	size = MIN(size, args->limit); // checked above: `n` more bytes fit
	block = kmalloc(size);
	if (!block)
		return -ENOMEM;
	move_bytes(block, args->block, args->used);
	kfree(args->block);
	args->block = block;
	process_hold(size / PAGE_SIZE - args->size / PAGE_SIZE);
	args->size = size;
	return 0;
}

int exec_args_add(struct exec_args *args, const char *string)
{
	size_t len = strlen(string) + 1;
	int error = reserve(args, len);

	assert_no_lock();
	if (error)
		return error;
	memcpy(args->block + args->used, string, len);
	args->used += len;
	return 0;
}

#define STRING_PART (16u << 10) // bytes of a string that are copied in one step

// Add a string from the program, part by part, with a yield after each part. copyinstr returns
// -ENAMETOOLONG if the part is full before the NUL.
static int add_user_string(struct exec_args *args, const char __user *string)
{
	size_t done = 0;

	for (;;) {
		size_t room = MIN(MIN(args->size - args->used, STRING_PART), EXEC_STRING_MAX - done);
		ssize_t len = copyinstr(aspace_current(), args->block + args->used, string + done,
		                        room);
		int error;

		if (len >= 0) {
			args->used += (size_t)len + 1;
			return yield_after((uint32_t)len * BYTE_COST + STRING_COST);
		}
		if (len != -ENAMETOOLONG)
			return (int)len;
		done += room;
		args->used += room;
		if (done == EXEC_STRING_MAX)
			return WHY(-E2BIG, "a string has more than %u bytes", EXEC_STRING_MAX);
		error = reserve(args, 1);
		if (!error)
			error = yield_after((uint32_t)room * BYTE_COST);
		if (error)
			return error;
	}
}

// The array may change while it is read, because other threads run. That is harmless: each pointer
// is read once. Each pointer also counts against the limit.
int exec_args_add_user(struct exec_args *args, const void __user *vector, uint32_t *count_store)
{
	const uint32_t __user *at = vector;
	uint32_t count = 0, string;
	int error;

	assert_no_lock();
	for (; at; at++, count++) {
		if (get_user(aspace_current(), &string, at))
			return -EFAULT;
		if (string == 0)
			break;
		if (count >= (args->limit - args->used) / POINTER_SIZE)
			return WHY(-E2BIG, "arguments and environment have more than %u bytes",
			           args->limit);
		error = add_user_string(args, (const char __user *)(uintptr_t)string);
		if (error)
			return error;
	}
	*count_store = count;
	return 0;
}

// Replace the first `drop` bytes of the block by `string`. Only the difference needs room.
static int replace_start(struct exec_args *args, size_t drop, const char *string)
{
	size_t len = strlen(string) + 1;
	int error = len > drop ? reserve(args, len - drop) : 0;

	if (error)
		return error;
	move_bytes(args->block + len, args->block + drop, args->used - drop);
	memcpy(args->block, string, len);
	args->used += len - drop;
	return 0;
}

int exec_args_replace_first(struct exec_args *args, const char *string)
{
	assert_no_lock();
	return replace_start(args, args->argc ? strlen(args->block) + 1 : 0, string);
}

int exec_args_prepend(struct exec_args *args, const char *string)
{
	int error = replace_start(args, 0, string);

	assert_no_lock();
	if (!error)
		args->argc++;
	return error;
}

// The bytes between the strings and the pointers.
struct stack_extra {
	uint8_t random[16]; // AT_RANDOM
	char platform[8];   // AT_PLATFORM
};

#define AUX_ENTRIES (PROGRAM_AUX / 2)

// Store pointers to `count` strings, and NULL after them. A program finds these words at its stack
// pointer (System V ABI, Intel386 supplement, 3-28): the number of arguments, pointers to them,
// NULL, pointers to the environment, NULL, the auxiliary vector. *string and *va move past the
// strings. Returns the place of the next word.
static uint32_t *put_pointers(uint32_t *word, const char **string, uint32_t count, uintptr_t *va)
{
	for (uint32_t i = 0; i < count; i++) {
		size_t len = strlen(*string) + 1;

		*word++ = *va;
		*string += len;
		*va += len;
		(void)yield_after(len * BYTE_COST + STRING_COST);
	}
	*word++ = 0;
	return word;
}

// Store one entry of the auxiliary vector. Returns the place of the next one.
static uint32_t *put_aux(uint32_t *word, uint32_t type, uint32_t value)
{
	*word++ = type;
	*word++ = value;
	return word;
}

// Fill the words at the stack pointer. `strings` and `extra` are the addresses that those will
// have on the program's stack. The entries of the auxiliary vector are in Linux's order
// (getauxval(3)). Records the places of the strings, and a copy of the vector, in *layout.
static void fill_vector(uint32_t *word, const struct exec_args *args,
                        const struct exec_image *image, uintptr_t extra,
                        struct program_layout *layout)
{
	const struct credentials *who = args->credentials;
	const char *string = args->block;
	uintptr_t va = layout->args_start;
	uint32_t *vector;

	*word++ = args->argc;
	word = put_pointers(word, &string, args->argc, &va);
	layout->args_end = layout->env_start = va;
	word = put_pointers(word, &string, args->envc, &va);
	layout->env_end = va;
	vector = word;
	word = put_aux(word, AT_HWCAP, cpuid(1, 0).edx);
	word = put_aux(word, AT_PAGESZ, PAGE_SIZE);
	word = put_aux(word, AT_CLKTCK, 100);
	word = put_aux(word, AT_PHDR, image->phdr);
	word = put_aux(word, AT_PHENT, sizeof(Elf32_Phdr));
	word = put_aux(word, AT_PHNUM, image->phnum);
	word = put_aux(word, AT_BASE, image->base);
	word = put_aux(word, AT_FLAGS, 0);
	word = put_aux(word, AT_ENTRY, image->entry);
	word = put_aux(word, AT_UID, who->user.real);
	word = put_aux(word, AT_EUID, who->user.effective);
	word = put_aux(word, AT_GID, who->group.real);
	word = put_aux(word, AT_EGID, who->group.effective);
	word = put_aux(word, AT_SECURE, credentials_secure(who));
	word = put_aux(word, AT_RANDOM, extra + offsetof(struct stack_extra, random));
	word = put_aux(word, AT_EXECFN, va); // the program's name follows the environment
	word = put_aux(word, AT_PLATFORM, extra + offsetof(struct stack_extra, platform));
	put_aux(word, AT_NULL, 0);
	memcpy(layout->aux, vector, sizeof(layout->aux));
}

// Map the top `len` bytes of the stack. AREA_GROWSDOWN lets it grow by faults later.
static int map_stack(struct aspace *as, size_t len, const struct exec_image *image)
{
	struct map_request request = {
		.va = STACK_TOP - ROUND_UP(len, PAGE_SIZE),
		.len = len,
		.prot = PROT_READ | PROT_WRITE | (image->stack_executable ? PROT_EXEC : 0),
		.flags = AREA_GROWSDOWN,
		.fixed = true,
		.name = "[stack]",
	};
	uintptr_t va;

	return aspace_map(as, &request, &va);
}

// Bytes with the address at which the new program will find them.
struct stack_part {
	uintptr_t start, end; // [start, end) in the new program
	const char *bytes;    // where they are now
};

// Copy to `page`, which will be the program's page at `va`, the bytes of `part` that lie in it.
static void copy_overlap(char *page, uintptr_t va, const struct stack_part *part)
{
	uintptr_t start = MAX(part->start, va), end = MIN(part->end, va + PAGE_SIZE);

	if (start < end)
		memcpy(page + (start - va), part->bytes + (start - part->start), end - start);
}

// Fill a new program's stack from `sp` up, page by page, with a yield after each page. The pages
// are written through the linear map. Returns 0 or -ENOMEM.
static int fill_stack(struct aspace *as, uintptr_t sp, const struct stack_part *vector,
                      const struct stack_part *strings)
{
	for (uintptr_t va = ROUND_DOWN(sp, PAGE_SIZE); va < STACK_TOP; va += PAGE_SIZE) {
		page_t *pp;

		if (aspace_pin_page(as, va, ACCESS_WRITE, &pp))
			return -ENOMEM;
		copy_overlap(page_to_virt(pp), va, vector);
		copy_overlap(page_to_virt(pp), va, strings);
		page_unpin(pp);
		(void)yield_after(PAGE_SIZE);
	}
	return 0;
}

// From the top down: a zero word, the strings, 16 random bytes and the platform, the words of
// fill_vector at the stack pointer, which is a multiple of 16. The words are made in the kernel's
// memory and then copied.
int exec_stack(struct aspace *as, const struct exec_args *args, const struct exec_image *image,
               uintptr_t *sp_store)
{
	size_t words = 1 + args->argc + 1 + args->envc + 1 + 2 * AUX_ENTRIES;
	// As on Linux the highest word is 0.
	uintptr_t strings = STACK_TOP - POINTER_SIZE - args->used;
	uintptr_t extra = ROUND_DOWN(strings - sizeof(struct stack_extra), 16);
	uintptr_t sp = ROUND_DOWN(extra - words * POINTER_SIZE, 16);
	size_t size = extra + sizeof(struct stack_extra) - sp; // the words, and `extra` after them
	struct stack_part words_part = { .start = sp, .end = sp + size };
	struct stack_part strings_part = { strings, strings + args->used, args->block };
	struct stack_extra *extra_bytes;
	uint32_t *vector;
	int error;

	assert_no_lock();
	if ((MAX(args->argc, 1u) + args->envc) * POINTER_SIZE > args->limit - args->used)
		return WHY(-E2BIG, "arguments and environment have more than %u bytes", args->limit);
	if (args->used > MAX(process_current()->limits[RLIMIT_STACK].rlim_cur, (uint64_t)PAGE_SIZE))
		return WHY(-E2BIG,
		           "arguments and environment have more bytes than RLIMIT_STACK admits");
	error = map_stack(as, STACK_TOP - sp, image);
	if (error)
		return error;
	vector = kmalloc(size);
	if (!vector)
		return -ENOMEM;
	memset(vector + words, 0, size - words * POINTER_SIZE);
	as->layout->stack_start = sp;
	as->layout->args_start = strings;
	fill_vector(vector, args, image, extra, as->layout);
	extra_bytes = (void *)((char *)vector + (extra - sp));
	random_bytes(extra_bytes->random, sizeof(extra_bytes->random));
	memcpy(extra_bytes->platform, "i686", 5);
	words_part.bytes = (const char *)vector;
	error = fill_stack(as, sp, &words_part, &strings_part);
	kfree(vector);
	*sp_store = sp;
	return error;
}
