// test_switch.c: threads that run in address spaces.
#include "vm/test/vm_test_util.h"
#include <abi/mman.h>

#include "vm/uaccess.h"

KTEST(aspace_switch_to_loads_and_lets_go)
{
	size_t before = page_free_count();
	struct aspace *a = test_aspace(), *b = test_aspace();

	EXPECT(!aspace_current());
	aspace_switch_to(aspace_get(a));
	EXPECT(aspace_current() == a);
	EXPECT(pgdir_current() == a->pgdir);
	EXPECT_EQ(a->refs, 2);
	aspace_switch_to(aspace_get(b));
	EXPECT(pgdir_current() == b->pgdir);
	EXPECT_EQ(a->refs, 1);
	aspace_switch_to(aspace_get(b)); // to the same one
	EXPECT_EQ(b->refs, 2);
	aspace_put(b);
	EXPECT_EQ(b->refs, 1);
	aspace_switch_to(NULL); // the last one goes
	EXPECT(!aspace_current());
	EXPECT(pgdir_current() == kernel_pgdir);
	aspace_put(a);
	EXPECT_EQ(page_free_count(), before);
}

KTEST(aspace_put_of_the_loaded_space_panics)
{
	struct aspace *as = test_aspace();

	aspace_switch_to(as);
	EXPECT_PANIC(aspace_put(as));
	as->refs = 1;
	aspace_switch_to(NULL);
}

struct resident {
	struct aspace *as;
	char letter;
	unsigned int rounds;
};

// Write a letter, and find it again after the others have run.
static void stay(void *arg)
{
	struct resident *resident = arg;

	aspace_switch_to(aspace_get(resident->as));
	for (char i = 0; i < 4; i++) {
		char letter = (char)(resident->letter + i), seen = 0;

		EXPECT_EQ(copyout(aspace_current(), USER(AT(0)), &letter, 1), 0);
		thread_yield();
		EXPECT(pgdir_current() == resident->as->pgdir);
		EXPECT_EQ(copyin(aspace_current(), &seen, USER(AT(0)), 1), 0);
		EXPECT_EQ(seen, letter);
		resident->rounds++;
	}
	aspace_switch_to(NULL);
}

static void run_nowhere(void *arg)
{
	for (int i = 0; i < 6; i++) {
		EXPECT(!aspace_current());
		(*(unsigned int *)arg)++;
		thread_yield();
	}
}

KTEST(aspace_follows_its_thread)
{
	struct resident residents[3] = { { .letter = 'a' }, { .letter = 'k' }, { .letter = 'u' } };
	unsigned int rounds = 0;
	size_t before = test_free_memory();

	for (size_t i = 0; i < ARRAY_SIZE(residents); i++) {
		residents[i].as = test_aspace();
		test_map(residents[i].as, 0, 1, RW);
		test_spawn(stay, &residents[i]);
		if (i == 0)
			test_spawn(run_nowhere, &rounds);
	}
	test_settle();
	EXPECT_EQ(rounds, 6);
	for (size_t i = 0; i < ARRAY_SIZE(residents); i++) {
		EXPECT_EQ(residents[i].rounds, 4);
		EXPECT_EQ(test_byte(residents[i].as, AT(0)), residents[i].letter + 3);
		aspace_put(residents[i].as);
	}
	EXPECT_EQ(test_free_memory(), before);
}

struct pair {
	struct aspace *as;
	char written;
	unsigned int looks;
};

static void write_letters(void *arg)
{
	struct pair *pair = arg;

	aspace_switch_to(aspace_get(pair->as));
	for (char letter = 'a'; letter <= 'e'; letter++) {
		pair->written = letter;
		EXPECT_EQ(copyout(pair->as, USER(AT(0)), &letter, 1), 0);
		thread_yield();
	}
	aspace_switch_to(NULL);
}

static void read_letters(void *arg)
{
	struct pair *pair = arg;

	aspace_switch_to(aspace_get(pair->as));
	for (int i = 0; i < 5; i++) {
		char seen = 0;

		EXPECT_EQ(copyin(pair->as, &seen, USER(AT(0)), 1), 0);
		EXPECT_EQ(seen, pair->written);
		pair->looks++;
		thread_yield();
	}
	aspace_switch_to(NULL);
}

KTEST(aspace_of_two_threads)
{
	struct pair pair = { .as = test_aspace() };

	test_map(pair.as, 0, 1, RW);
	test_spawn(write_letters, &pair);
	test_spawn(read_letters, &pair);
	test_settle();
	EXPECT_EQ(pair.looks, 5);
	EXPECT_EQ(pair.written, 'e');
	EXPECT_EQ(pair.as->refs, 1);
	aspace_put(pair.as);
}

static void fault_until_unmapped(void *arg)
{
	struct aspace *as = arg;
	unsigned int page = 0;

	while (test_touch(as, AT(page % 8), ACCESS_WRITE) == FAULT_OK) {
		page++;
		thread_yield();
	}
}

// Faults and changes in turn: a fault finds an area or none, never half an area.
KTEST(aspace_faults_between_changes)
{
	size_t before = test_free_memory();
	struct aspace *as = test_aspace();

	test_map(as, 0, 8, RW);
	for (int i = 0; i < 3; i++)
		test_spawn(fault_until_unmapped, as);
	for (unsigned int i = 0; i < 50; i++) {
		thread_yield();
		test_map(as, i % 8, i % 8 + 1, RW);
		EXPECT_EQ(aspace_advise(as, AT(i * 3 % 8), PAGE_SIZE, MADV_DONTNEED), 0);
		test_aspace_check(as);
	}
	EXPECT_EQ(aspace_unmap(as, AT(0), 8 * PAGE_SIZE), 0);
	test_settle();
	aspace_put(as);
	EXPECT_EQ(test_free_memory(), before);
}
