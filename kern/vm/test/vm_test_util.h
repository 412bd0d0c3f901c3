// vm_test_util.h: what the tests of kern/vm share: spaces with areas from BASE on, pictures of
// them, and a check of all invariants of a space.
#pragma once

#include <abi/mman.h>

#include "mem/page.h"
#include "thread/test/thread_test_util.h"
#include "vm/area_edit.h"
#include "vm/object.h"
#include "vm/ptes.h"

#define BASE 0x10000000u

// The address of page `n`, counted from BASE.
#define AT(n) (BASE + PAGE_SIZE * (uintptr_t)(n))

// A number as a user's pointer.
#define USER(va) ((void __user *)(va))

#define RW (PROT_READ | PROT_WRITE)

// Returns an empty space. Panics on failure, because a test cannot go on without it.
struct aspace *test_aspace(void);

// Map pages [first, end), counted from BASE, as private anonymous memory, and replace what is
// mapped there. Panics on failure.
void test_map(struct aspace *as, unsigned int first, unsigned int end, int prot);

// Like test_map, for pages of `obj` from its page `index` on; `flags`: AREA_ bits.
void test_map_object(struct aspace *as, unsigned int first, unsigned int end, int prot,
                     uint16_t flags, struct object *obj, uint32_t index);

// Returns an object of `n` pages with one reference, the caller's; every byte of page i is 'a' + i.
// Panics on failure.
struct object *test_object(unsigned int n);

// Returns the areas as text: for each its first page and its end, counted from BASE, its
// protection, `s` if it is shared, and @ with the page of its object: "0-3rw 5-6r 8-9rws@2". Valid
// until the next call.
const char *test_areas(const struct aspace *as);

#define EXPECT_AREAS(as, expected) EXPECT_TEXT(test_areas(as), expected)

// Panic unless areas, entries, tables and counts of the space agree with each other.
void test_aspace_check(struct aspace *as);

// Returns a copy of the space, as a fork makes it. Panics without memory, or if one of the two does not
// pass test_aspace_check.
struct aspace *test_clone(struct aspace *as);

// Touch the page of `va` as a program would, and return the result.
enum fault_result test_touch(struct aspace *as, uintptr_t va, enum fault_access access);

// Returns the byte at `va`, which is present; or stores a byte there, after the fault that a
// program's store would cause. Both use the linear map.
char test_byte(struct aspace *as, uintptr_t va);
void test_store(struct aspace *as, uintptr_t va, char byte);

// Returns the page at `va`, also if a PROT_NONE entry keeps it there; NULL if there is none. Takes
// no reference and no lock: nobody else uses the test's space.
page_t *test_page_at(struct aspace *as, uintptr_t va);

// Run `body` on a new thread in the space `as`, and wait for its end.
void test_run_in(struct aspace *as, void (*body)(struct aspace *as));

// Set limits of the current thread, in bytes: RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK. A test that
// calls this ends with test_no_limit.
void test_limit(size_t total, size_t data, size_t stack);
void test_no_limit(void);

// Run `body` twice, each time with a new space: as another process's, and as the current one. All
// memory must be free again afterwards.
void test_run_both(void (*body)(struct aspace *as));
