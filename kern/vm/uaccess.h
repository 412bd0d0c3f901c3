// uaccess.h: touching a user's memory: the only way there is (kern/README.md, "The border").
//
// Every function takes the address space meant. For the current one a copy runs straight through
// the user's mapping, in one pass; a page fault on the way is fixed up (demand-zero, copy-on-write)
// or ends the copy. Nothing is checked first and used later. For another space the copy walks. A
// kernel thread has no space, which is written NULL: there every byte is out of reach.
//
// Copies may sleep: the caller holds no lock, except for the _nofault forms.
#pragma once

#include "kern.h"
#include "layout.h"
#include "thread/mutex.h"
#include "thread/thread.h"

struct aspace;

// The address space of the thread that runs; NULL for a kernel thread.
static inline struct aspace *aspace_current(void)
{
	return thread_current()->aspace;
}

// A copy to or from a user may sleep in a page fault: debug builds panic if any lock is held.
static inline void assert_may_copy(void)
{
	assert_may_sleep();
	assert_no_sleeping_lock();
}

// Does [va, va + len) lie below ULIM, without wrapping? The check at the door for a length from
// outside.
static inline bool user_range_ok(const void __user *va, size_t len)
{
	return (uintptr_t)(__force const void *)va <= ULIM &&
	       len <= ULIM - (uintptr_t)(__force const void *)va;
}

// How much of [va, va + len) lies below ULIM.
static inline size_t user_part(const void __user *va, size_t len)
{
	uintptr_t at = (uintptr_t)(__force const void *)va;

	return at >= ULIM ? 0 : MIN(len, ULIM - at);
}

// Copy `len` bytes from or to the user. 0, or -EFAULT; then part of `dst` may have been written.
static inline int copyin(struct aspace *as, void *dst, const void __user *src,
                         size_t len) __must_check;
static inline int copyout(struct aspace *as, void __user *dst, const void *src,
                          size_t len) __must_check;

// The same, for calls that return partial counts: how many bytes were copied before the first that
// could not be.
size_t copyin_partial(struct aspace *as, void *dst, const void __user *src, size_t len);
size_t copyout_partial(struct aspace *as, void __user *dst, const void *src, size_t len);

// Write zeroes. 0 or -EFAULT; or how many bytes.
int clear_user(struct aspace *as, void __user *dst, size_t len) __must_check;
size_t clear_user_partial(struct aspace *as, void __user *dst, size_t len);

// One value of 1, 2, 4 or 8 bytes: get_user(as, &value, pointer), put_user(as, pointer, value). 0, or
// -EFAULT with nothing stored, also where the value crosses a page (only when one
// of its pages vanishes meanwhile may a part of it remain).
// A get_user into something of another size does not compile.
#define get_user(as, dst, src) \
	user_get(as, dst, src, \
	         sizeof(*(dst)) * sizeof(char[sizeof(*(dst)) == sizeof(*(src)) ? 1 : -1]))
#define put_user(as, dst, value)                               \
	({                                                     \
		__typeof__(*(dst)) put_value = (value);        \
		user_put(as, dst, &put_value, sizeof(*(dst))); \
	})

// The same under a spinlock, for the current address space only: they stop at the first page that
// is not there yet. The caller then drops its lock, calls user_fault_in for the first byte not
// copied, and goes on.
static inline size_t copyin_nofault(void *dst, const void __user *src, size_t len);
static inline size_t copyout_nofault(void __user *dst, const void *src, size_t len);

// Make the page at `va` present for reading (write = false) or writing, as an access by the program
// would. 0 or -EFAULT.
int user_fault_in(struct aspace *as, const void __user *va, bool write);

// Copy from or to a space, the current one too, for another process: where its areas say PROT_READ and
// PROT_WRITE, also if the processor would let the program itself read more. Return how many bytes
// were copied.
size_t aspace_read(struct aspace *as, void *dst, const void __user *src, size_t len);
size_t aspace_write(struct aspace *as, void __user *dst, const void *src, size_t len);

// Strings (uaccess_string.c). Of the user's, no byte beyond the NUL is read, and none beyond `max`.

// Copy the string at `src` with its NUL into dst[max].
// Returns its length without the NUL, -EFAULT, or -ENAMETOOLONG when max bytes hold no NUL; dst[] has them
// then.
static inline ssize_t copyinstr(struct aspace *as, char *dst, const char __user *src,
                                size_t max) __must_check;

// The same into memory of just its size, in *store, which the caller kfrees. Also -ENOMEM.
ssize_t copyinstr_alloc(struct aspace *as, char **store, const char __user *src,
                        size_t max) __must_check;

// The same without the copy. What the string is afterwards nobody knows: to fetch it, copy it.
ssize_t user_strlen(struct aspace *as, const char __user *src, size_t max) __must_check;

// Copy the kernel's string `src` with its NUL to dst[max]. Returns its length without the NUL,
// -EFAULT, or -ERANGE with nothing written when max bytes do not hold it.
ssize_t copyoutstr(struct aspace *as, char __user *dst, const char *src, size_t max) __must_check;

// May the user access all of [va, va + len) as `perm` (PTE_U, PTE_U|PTE_W) says? 0; or -EFAULT with
// the first address that it may not access in *bad_store (unless NULL).
int user_mem_check(struct aspace *as, const void __user *va, size_t len, int perm,
                   uintptr_t *bad_store);

// What follows is how it is done.

// May a copy run straight through the mapping? A kernel thread has none, whatever directory is
// loaded.
static inline bool user_is_loaded(const struct aspace *as)
{
	return as && as == aspace_current();
}

// Of uaccess.S; the callers check the space, and of the first three also the range.
size_t user_copy(void *dst, const void *src, size_t len);
size_t user_copy_nofault(void *dst, const void *src, size_t len);
ssize_t user_copy_string(char *dst, const char *src, size_t max);
int user_get_1(void *dst, const void *src);
int user_get_2(void *dst, const void *src);
int user_get_4(void *dst, const void *src);
int user_get_8(void *dst, const void *src);
int user_put_1(void *dst, const void *src);
int user_put_2(void *dst, const void *src);
int user_put_4(void *dst, const void *src);
int user_put_8(void *dst, const void *src);
size_t user_get_1_nofault(void *dst, const void *src);
size_t user_put_1_nofault(void *dst, const void *src);

int copyin_slow(struct aspace *as, void *dst, const void __user *src, size_t len);
int copyout_slow(struct aspace *as, void __user *dst, const void *src, size_t len);
int user_get_slow(struct aspace *as, void *dst, const void __user *src, size_t size);
int user_put_slow(struct aspace *as, void __user *dst, const void *src, size_t size);
ssize_t copyinstr_slow(struct aspace *as, char *dst, const char __user *src, size_t max);

static inline int copyin(struct aspace *as, void *dst, const void __user *src, size_t len)
{
	assert_may_copy();
	if (likely(user_is_loaded(as) && user_range_ok(src, len)))
		return user_copy(dst, (__force const void *)src, len) ? -EFAULT : 0;
	return copyin_slow(as, dst, src, len);
}

static inline int copyout(struct aspace *as, void __user *dst, const void *src, size_t len)
{
	assert_may_copy();
	if (likely(user_is_loaded(as) && user_range_ok(dst, len)))
		return user_copy((__force void *)dst, src, len) ? -EFAULT : 0;
	return copyout_slow(as, dst, src, len);
}

static inline ssize_t copyinstr(struct aspace *as, char *dst, const char __user *src, size_t max)
{
	assert_may_copy();
	if (likely(user_is_loaded(as) && user_range_ok(src, max)))
		return user_copy_string(dst, (__force const char *)src, max);
	return copyinstr_slow(as, dst, src, max);
}

static __always_inline __must_check int user_get(struct aspace *as, void *dst,
                                                 const void __user *src, size_t size)
{
	const void *from = (__force const void *)src;

	if (unlikely(!user_is_loaded(as)))
		return user_get_slow(as, dst, src, size);
	assert_may_copy();
	return size == 1 ? user_get_1(dst, from) :
	       size == 2 ? user_get_2(dst, from) :
	       size == 4 ? user_get_4(dst, from) :
	                   user_get_8(dst, from);
}

static __always_inline __must_check int user_put(struct aspace *as, void __user *dst,
                                                 const void *src, size_t size)
{
	void *to = (__force void *)dst;

	if (unlikely(!user_is_loaded(as)))
		return user_put_slow(as, dst, src, size);
	assert_may_copy();
	return size == 1 ? user_put_1(to, src) :
	       size == 2 ? user_put_2(to, src) :
	       size == 4 ? user_put_4(to, src) :
	                   user_put_8(to, src);
}

// A single byte is what terminals and many pipes move.
static inline size_t copyin_nofault(void *dst, const void __user *src, size_t len)
{
	const void *from = (__force const void *)src;

	debug_assert(aspace_current());
	if (len == 1)
		return 1 - user_get_1_nofault(dst, from);
	len = user_part(src, len);
	return len - user_copy_nofault(dst, from, len);
}

static inline size_t copyout_nofault(void __user *dst, const void *src, size_t len)
{
	void *to = (__force void *)dst;

	debug_assert(aspace_current());
	if (len == 1)
		return 1 - user_put_1_nofault(to, src);
	len = user_part(dst, len);
	return len - user_copy_nofault(to, src, len);
}
