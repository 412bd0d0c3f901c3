// test_uaccess_cost.c: the cost of copies to and from users, in ticks of the time-stamp counter:
// guest instructions under `-icount shift=0`. `make bench` prints the figures next to their
// ceilings. The tests themselves expect no figure, because without -icount a tick is time.
#include "vm/test/vm_test_util.h"

#include "cpu/x86.h"
#include "debug/printk.h"
#include "mem/heap.h"
#include "vm/uaccess.h"

#define TIMES 16u
#define LARGE (1u << 20)
#define STRING "sixteen letters." // and a NUL

static char *memory; // LARGE bytes of the kernel's
static struct aspace *space;

// Returns the cost of one `call`: the lowest of several, so that page faults are not counted.
#define COST(name, call)                                       \
	do {                                                   \
		uint64_t best = UINT64_MAX;                    \
		for (unsigned int i = 0; i < TIMES; i++) {     \
			uint64_t start = rdtsc();              \
			(void)!(call);                         \
			best = MIN(best, rdtsc() - start);     \
		}                                              \
		console_printf("bench %s %llu\n", name, best); \
	} while (0)

// For comparison, the copy instructions without a user: words from one page of the kernel's to
// another.
static int bare_copy(void *dst, const void *src, size_t len)
{
	size_t words = len / 4;

	__asm__ volatile("rep movsl" : "+D"(dst), "+S"(src), "+c"(words) : : "memory");
	return 0;
}

static void copies(struct aspace *as)
{
	void __user *user = USER(AT(0));
	uint32_t word = 1;
	uint64_t wide = 1;

	test_map(as, 0, LARGE / PAGE_SIZE, RW);
	EXPECT_EQ(copyout(as, user, memory, LARGE), 0);
	COST("bare_4k", bare_copy(memory, memory + PAGE_SIZE, PAGE_SIZE));
	COST("copyin_4k", copyin(as, memory, user, PAGE_SIZE));
	COST("copyout_4k", copyout(as, user, memory, PAGE_SIZE));
	COST("bare_1m", bare_copy(memory, memory, LARGE));
	COST("copyin_1m", copyin(as, memory, user, LARGE));
	COST("copyout_1m", copyout(as, user, memory, LARGE));
	COST("clear_user_4k", clear_user(as, user, PAGE_SIZE));
	COST("get_user", get_user(as, &word, (const uint32_t __user *)AT(0)));
	COST("put_user", put_user(as, (uint32_t __user *)AT(0), word));
	COST("get_user_8", get_user(as, &wide, (const uint64_t __user *)AT(0)));
	COST("put_user_8", put_user(as, (uint64_t __user *)AT(0), wide));
	COST("copyin_4", copyin(as, &word, user, sizeof(word)));
	EXPECT_EQ(copyout(as, user, STRING, sizeof(STRING)), 0);
	COST("copyinstr_16", copyinstr(as, memory, user, PAGE_SIZE));
	COST("user_strlen_16", user_strlen(as, user, PAGE_SIZE));
	COST("user_mem_check", user_mem_check(as, user, LARGE, PTE_U | PTE_W, NULL));
}

// Copies to another space, which walk page by page.
static void walks(struct aspace *as)
{
	void __user *user = USER(AT(0));
	uint32_t word;

	COST("other_copyin_4k", copyin(as, memory, user, PAGE_SIZE));
	COST("other_get_user", get_user(as, &word, (const uint32_t __user *)AT(0)));
	COST("other_copyinstr_16", copyinstr(as, memory, user, PAGE_SIZE));
}

KTEST(cost_of_the_border)
{
	memory = kzalloc(LARGE);
	space = test_aspace();
	EXPECT(memory != NULL);
	if (memory) {
		test_run_in(space, copies);
		walks(space);
	}
	aspace_put(space);
	kfree(memory);
}
