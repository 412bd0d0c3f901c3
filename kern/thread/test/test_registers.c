// test_registers.c: the registers that a switch saves and loads besides the kernel's own: FPU, FS,
// GS, thread-local storage, the stack for entering the kernel. The threads here belong to the
// kernel and use these registers as a program would.
#include "thread/test/thread_test_util.h"

#include "cpu/x86.h"
#include "mem/heap.h"

// FXSAVE needs both states aligned to 16, which a stack is not.
struct fpu_user {
	unsigned int rounds;
	uint8_t pattern;
	struct fpu_state loaded, seen;
};

static void own_fpu(void)
{
	struct thread *thread = thread_current();

	thread->fpu = kmalloc(sizeof(*thread->fpu));
	fpu_state_init(thread->fpu);
	fpu_switch(NULL, thread->fpu);
}

static void use_fpu(void *arg)
{
	struct fpu_user *user = arg;

	own_fpu();
	fpu_state_init(&user->loaded);
	user->loaded.control = (uint16_t)(0x037F ^ (user->pattern & 3) << 10); // rounding
	user->loaded.mxcsr = 0x1F80 ^ (user->pattern & 3u) << 13;
	user->loaded.tag = 0xFF;
	for (size_t i = 0; i < 8; i++) // ten bytes of each register's sixteen
		memset(user->loaded.registers + 16 * i, user->pattern + (int)i, 10);
	memset(user->loaded.xmm, user->pattern, sizeof(user->loaded.xmm));
	fxrstor(&user->loaded);
	for (unsigned int i = 0; i < user->rounds; i++) {
		thread_yield();
		EXPECT_EQ(read_cr0() & CR0_TS, 0);
		fxsave(&user->seen);
		EXPECT_EQ(user->seen.control, user->loaded.control);
		EXPECT_EQ(user->seen.mxcsr, user->loaded.mxcsr);
		EXPECT_EQ(memcmp(user->seen.registers, user->loaded.registers,
		                 sizeof(user->seen.registers)),
		          0);
		EXPECT_EQ(memcmp(user->seen.xmm, user->loaded.xmm, sizeof(user->seen.xmm)), 0);
	}
}

// A thread without an FPU state runs with CR0.TS set: its first FPU instruction would trap.
static void look_at_ts(void *arg)
{
	for (int i = 0; i < 4; i++) {
		EXPECT(read_cr0() & CR0_TS);
		thread_yield();
	}
	*(bool *)arg = true;
}

KTEST(thread_switch_keeps_the_fpu_apart)
{
	static struct fpu_user users[3];
	size_t before = test_free_memory();
	bool looked = false;

	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		users[i].rounds = 5;
		users[i].pattern = (uint8_t)(0x11 * (i + 1));
		test_spawn(use_fpu, &users[i]);
		if (i == 1)
			test_spawn(look_at_ts, &looked);
	}
	test_settle();
	EXPECT(looked);
	EXPECT(read_cr0() & CR0_TS);
	EXPECT_EQ(test_free_memory(), before);
	heap_check();
}

KTEST(thread_without_fpu_may_not_use_it_in_the_kernel)
{
	EXPECT(!thread_current()->fpu);
	EXPECT_PANIC(({ __asm__ volatile("fninit"); }));
}

static void copy_fpu(void *arg)
{
	static struct fpu_user user;
	struct thread *child = arg;

	EXPECT_EQ(thread_copy_fpu(child), 0); // nothing to copy yet
	EXPECT(!child->fpu);
	user = (struct fpu_user){ .rounds = 0, .pattern = 0x77 };
	use_fpu(&user);
	EXPECT_EQ(thread_copy_fpu(child), 0);
	EXPECT(child->fpu != NULL);
	EXPECT(child->fpu != thread_current()->fpu);
	EXPECT_EQ(memcmp(child->fpu->xmm, user.loaded.xmm, sizeof(user.loaded.xmm)), 0);
	EXPECT_EQ(child->fpu->mxcsr, user.loaded.mxcsr);
	thread_reset_registers();
	EXPECT(!thread_current()->fpu);
	EXPECT(read_cr0() & CR0_TS);
}

KTEST(thread_copy_fpu_takes_what_is_in_the_registers)
{
	size_t before = test_free_memory();
	struct thread *child;

	EXPECT_EQ(thread_create(&child, "test", copy_fpu, NULL), 0);
	test_spawn(copy_fpu, child);
	test_settle();
	thread_discard(child);
	EXPECT_EQ(test_free_memory(), before);
}

// Returns the limit of the segment that `selector` names, or 0.
static uint32_t segment_limit(uint32_t selector)
{
	uint32_t limit = 0;

	__asm__ volatile("lsl %1, %0" : "+r"(limit) : "r"(selector) : "cc");
	return limit;
}

#define TLS_SELECTOR (GDT_TLS * 8 + 3)

struct tls_user {
	uint32_t word; // the program's word, read through GS
	uint16_t fs;
	bool done;
};

static void use_tls(void *arg)
{
	struct thread *thread = thread_current();
	struct tls_user *user = arg;
	uint32_t limit = 0x1000 + user->word;

	thread->tls[0] = segment_make((uintptr_t)user, limit,
	                              SEG_PRESENT | SEG_DPL3 | SEG_CODE_OR_DATA | SEG_32BIT |
	                                      SEG_WRITABLE);
	thread->loads = LOAD_TLS;
	segment_load_tls(thread->tls);
	segment_load_gs(TLS_SELECTOR);
	segment_load_fs(user->fs);
	for (int i = 0; i < 3; i++) {
		uint32_t word;

		thread_yield();
		__asm__ volatile("movl %%gs:0, %0" : "=r"(word));
		EXPECT_EQ(word, user->word);
		EXPECT_EQ(read_gs(), TLS_SELECTOR);
		EXPECT_EQ(read_fs(), user->fs);
		EXPECT_EQ(segment_limit(TLS_SELECTOR), limit);
		EXPECT_EQ(segment_limit(TLS_SELECTOR + 8), 0);
	}
	thread_reset_registers();
	EXPECT_EQ(read_gs(), 0);
	EXPECT_EQ(read_fs(), 0);
	EXPECT_EQ(segment_limit(TLS_SELECTOR), 0);
	user->done = true;
}

static void use_no_tls(void *arg)
{
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(read_gs(), 0);
		EXPECT_EQ(read_fs(), 0);
		EXPECT_EQ(segment_limit(TLS_SELECTOR), 0);
		thread_yield();
	}
	*(bool *)arg = true;
}

KTEST(thread_switch_keeps_segments_apart)
{
	static struct tls_user users[] = { { 0x1234, 0, false }, { 0x2345, USER_DS, false } };
	bool done = false;

	test_spawn(use_tls, &users[0]);
	test_spawn(use_no_tls, &done);
	test_spawn(use_tls, &users[1]);
	test_settle();
	EXPECT(done && users[0].done && users[1].done);
	EXPECT_EQ(read_gs(), 0);
	EXPECT_EQ(segment_limit(TLS_SELECTOR), 0);
}

// Returns esp0 of the loaded task-state segment.
static uint32_t entry_stack(void)
{
	struct pseudo_descriptor pd;
	const struct segment_desc *desc;
	uint16_t selector;

	__asm__ volatile("sgdt %0" : "=m"(pd));
	__asm__ volatile("str %0" : "=r"(selector));
	desc = (const struct segment_desc *)pd.base + selector / 8;
	return *(uint32_t *)((desc->low >> 16) + ((desc->high & 0xFF) << 16) +
	                     (desc->high & 0xFF000000) + 4);
}

static void check_entry_stack(void *arg)
{
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(entry_stack(), thread_current()->kstack + KSTACK_SIZE);
		thread_yield();
	}
	*(bool *)arg = true;
}

KTEST(thread_switch_sets_the_stack_for_the_way_in)
{
	bool done[2] = { false };

	test_spawn(check_entry_stack, &done[0]);
	test_spawn(check_entry_stack, &done[1]);
	test_settle();
	EXPECT(done[0] && done[1]);
	EXPECT_EQ(entry_stack(), thread_current()->kstack + KSTACK_SIZE);
}
