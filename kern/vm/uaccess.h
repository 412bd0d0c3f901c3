// uaccess.h: the only way to touch a user's memory (kern/README.md, "The border").
//
// Every function takes the address space meant. For the current space a copy runs straight through
// the user's mapping, in one pass. A page fault on the way is handled like the program's own
// (demand-zero, copy-on-write), or ends the copy. No address is checked first and used later:
// another thread could unmap it in between. For another space the copy walks: it finds and pins
// one page after the other. A kernel thread has no space; its space is NULL, and there every
// address is bad.
//
// Copies may sleep. Caller: holds no lock, except for the _nofault forms.
#pragma once

#include "kern.h"
#include "layout.h"
#include "thread/mutex.h"
#include "thread/thread.h"

// Returns a user's pointer as a number, for comparisons: it may be any number.
static inline uintptr_t user_address(const void __user *p)
{
	return (__force uintptr_t)p;
}

struct aspace;

// Returns the address space of the running thread, or NULL for a kernel thread.
static inline struct aspace *aspace_current(void)
{
	return thread_current()->aspace;
}

// Panic in debug builds if a lock is held: a copy may sleep in a page fault, and the fault takes
// locks of its own.
static inline void assert_may_copy(void)
{
	assert_may_sleep();
	assert_no_sleeping_lock();
}

// Returns true if [va, va + len) lies below ULIM; an empty range also at ULIM. It is the one check
// of a length from outside; whether anything is mapped there does not matter. There is no addition,
// which could wrap around.
static inline bool user_range_ok(const void __user *va, size_t len)
{
	return (uintptr_t)(__force const void *)va <= ULIM &&
	       len <= ULIM - (uintptr_t)(__force const void *)va;
}

// Returns how many bytes of [va, va + len), both any numbers, lie below ULIM, from `va` on: 0 to
// `len`.
static inline size_t user_part(const void __user *va, size_t len)
{
	uintptr_t at = (uintptr_t)(__force const void *)va;

	return at >= ULIM ? 0 : MIN(len, ULIM - at);
}

// Copy `len` bytes from the user, or to the user. A store breaks copy-on-write like the program's
// own. If the space is loaded (user_is_loaded) and the range lies below ULIM (user_range_ok), copy
// by user_copy; in every other case call copyin_slow or copyout_slow.
// `as` may be NULL: then every address is bad. A range of 0 bytes is good if it begins at ULIM or
// below, for every `as`. Caller: holds no lock (assert_may_copy).
// Returns 0; -EFAULT if a byte of the range cannot be accessed, or lies at or above ULIM. After
// -EFAULT a part of `dst` may have been written, except for a range that reaches beyond ULIM: then
// nothing was.
static inline int copyin(struct aspace *as, void *dst, const void __user *src,
                         size_t len) __must_check;
static inline int copyout(struct aspace *as, void __user *dst, const void *src,
                          size_t len) __must_check;

// Like copyin and copyout, for calls that return partial counts, such as read(): a range that
// reaches beyond ULIM is copied up to there (user_part). Copy by user_copy if the space is loaded,
// else by walk_copy.
// Caller: holds no lock. Return how many bytes were copied before the first that could not be
// accessed, 0 to `len`; 0 if `as` is NULL.
size_t copyin_partial(struct aspace *as, void *dst, const void __user *src, size_t len);
size_t copyout_partial(struct aspace *as, void __user *dst, const void *src, size_t len);

// Copy PAGE_SIZE bytes from or to the current space, faster than copyin_partial and copyout_partial
// where the processor has SSE; else copy nothing. `src` of copyin_page and `dst` of copyout_page:
// any address, which need not be aligned; so for the other pointer. The page fault of the first
// byte is handled. Sleep. Caller: holds no lock.
// Return true if all was copied. False: copy by copyin_partial or copyout_partial, which know what
// can be accessed; a part of `dst` may have been written.
bool copyin_page(void *dst, const void __user *src) __must_check;
bool copyout_page(void __user *dst, const void *src) __must_check;

// Write `len` zeroes to `dst`, any address. `as` may be NULL: then every address is bad. Caller:
// holds no lock.
// clear_user returns 0; or -EFAULT, and then a part may have been written, but nothing for a range
// that reaches beyond ULIM. clear_user_partial returns how many bytes it has written before the
// first that could not be, or before the thread was killed, 0 to `len`; it writes up to ULIM.
int clear_user(struct aspace *as, void __user *dst, size_t len) __must_check;
size_t clear_user_partial(struct aspace *as, void __user *dst, size_t len);

// Copy one value of 1, 2, 4 or 8 bytes: get_user(as, &value, pointer), put_user(as, pointer,
// value). `as` may be NULL: then every address is bad.
// Caller: holds no lock. Return 0; or -EFAULT with nothing stored, even if the value crosses a page
// boundary (unless one of its two pages is unmapped meanwhile: then a part may be stored).
// get_user does not compile if the types of value and pointer differ in size.
#define get_user(as, dst, src) \
	user_get(as, dst, src, \
	         sizeof(*(dst)) * sizeof(char[sizeof(*(dst)) == sizeof(*(src)) ? 1 : -1]))
#define put_user(as, dst, value)                               \
	({                                                     \
		__typeof__(*(dst)) put_value = (value);        \
		user_put(as, dst, &put_value, sizeof(*(dst))); \
	})

// The address of `member` in the `type` at `user`, without forming `&user->member`: a program may
// pass any address, and an expression with a misaligned pointer to a struct is undefined behaviour
// (C17, 6.3.2.3).
#define user_member(type, user, member) \
	((__typeof__(((type *)0)->member) __user *)((char __user *)(user) + offsetof(type, member)))

// Like copyin_partial and copyout_partial, for the current space, which is not NULL, under a
// spinlock. They handle no page fault, because that may sleep: they stop at the first page that is
// not present (or, to write, not writable at once). Return how many bytes were copied, 0 to `len`.
// The caller then releases its lock, calls user_fault_in for the first byte not copied, and goes
// on.
static inline size_t copyin_nofault(void *dst, const void __user *src, size_t len);
static inline size_t copyout_nofault(void __user *dst, const void *src, size_t len);

// Make the page at `va`, any address, present for reading, or with `write` for writing, as an
// access by the program would; a stack grows, and copy-on-write is broken. Sleeps. Caller: holds no
// lock.
// Returns 0; -EFAULT if the program could not access it so, if `as` is NULL, or if the thread must
// die. Another thread may unmap the page again at once.
int user_fault_in(struct aspace *as, const void __user *va, bool write);

// Copy from or to any space on behalf of another process: `src` of aspace_read and `dst` of
// aspace_write, any addresses, are in `as`, the others in kernel memory. aspace_read demands
// PROT_READ and aspace_write PROT_WRITE of the areas, even where the processor would let the
// program itself read. No stack grows. `as` may be NULL: then nothing is copied. Sleep and yield.
// Caller: holds no lock.
// Return how many bytes were copied before the first that could not be, or before the thread was
// killed: 0 to `len`.
size_t aspace_read(struct aspace *as, void *dst, const void __user *src, size_t len);
size_t aspace_write(struct aspace *as, void __user *dst, const void *src, size_t len);

// Like aspace_read and aspace_write, for a tracer (forced_access.c): also memory that the areas'
// protection forbids, except writes to shared memory, large pages and device memory. A write breaks
// copy-on-write, but gives the program no permission. Handlers of a userfaultfd are not waited for.
// `as` is not NULL. Sleep and yield. Return how many bytes were copied before the first that could
// not be, or before the thread was killed, 0 to `len`. Caller: holds no lock.
size_t aspace_read_forced(struct aspace *as, void *dst, const void __user *src, size_t len);
size_t aspace_write_forced(struct aspace *as, void __user *dst, const void *src, size_t len);

// Strings (copyinstr.c). Of a user's string no byte after the NUL is read, and none past
// `max`: the next page may not exist.

// Copy the string at `src` with its NUL into dst[max]. If the space is loaded (user_is_loaded) and
// [src, src + max) lies below ULIM (user_range_ok), copy by user_copy_string, else call
// copyinstr_slow. `as` may be NULL: then every address is bad.
// Caller: holds no lock (assert_may_copy).
// Returns the string's length without the NUL; -ENAMETOOLONG if max bytes hold no NUL, with these
// bytes in dst[]; -EFAULT if a byte before the NUL cannot be read, or lies at or above ULIM.
static inline ssize_t copyinstr(struct aspace *as, char *dst, const char __user *src,
                                size_t max) __must_check;

// Like copyinstr, into memory of just the string's size, which is stored in *store and which the
// caller must kfree. While it works it may take `max` bytes of the heap. Returns the string's
// length without the NUL; with *store undefined and nothing to free: -ENAMETOOLONG if max bytes
// hold no NUL (also for max = 0); -EFAULT if a byte before the NUL cannot be read; -ENOMEM. Caller:
// holds no lock.
ssize_t copyinstr_alloc(struct aspace *as, char **store, const char __user *src,
                        size_t max) __must_check;

// Find the length of the string at `src`, as copyinstr does, without a copy. Returns it, without
// the NUL; -ENAMETOOLONG if max bytes hold no NUL; -EFAULT if a byte before the NUL cannot be read,
// or `as` is NULL. Sleeps. Caller: holds no lock. The program may change the string at any time:
// code that needs it copies it instead of asking for its length first.
// Only tests need it so far; lab 4 compares it with copyinstr.
ssize_t user_strlen(struct aspace *as, const char __user *src, size_t max) __must_check;

// Copy the kernel's string `src` with its NUL to dst[max]. `as` may be NULL: then every address is
// bad. Caller: holds no lock.
// Returns its length without the NUL; -ERANGE, with nothing written, if max bytes do not hold it
// with its NUL; -EFAULT, perhaps with a part written.
// Only tests need it so far: getcwd() and readlink() know the length and use copyout.
ssize_t copyoutstr(struct aspace *as, char __user *dst, const char *src, size_t max) __must_check;

// Returns how many bytes of [va, va + len) from `va` on lie in areas that have at least one of the
// PROT_ bits `prot`, without a gap: 0 to `len`. Several areas may follow each other. Bytes from
// ULIM on lie in no area, and va + len may wrap around. `as` may be NULL: returns 0. Caller: holds
// no lock; `va` is below ULIM, or len is 0. Takes as->lock for reading.
size_t admitted_part(struct aspace *as, uintptr_t va, size_t len, int prot);

// Check whether the user may access all of [va, va + len). `perm`: with PTE_W to write, which takes
// areas with PROT_WRITE; without PTE_W to read, which takes areas with any PROT_ bit. A range of 0
// bytes is good, wherever it is. A range that reaches beyond ULIM, or wraps around, is bad.
// Only for messages and assertions: the answer may be wrong as soon as it is given.
// `as` may be NULL: every address is bad. Caller: holds no lock.
// Returns 0, with nothing stored; -EFAULT with the address of the first bad byte, which may be `va`
// itself, in *bad_store, unless `bad_store` is NULL.
int user_mem_check(struct aspace *as, const void __user *va, size_t len, int perm,
                   uintptr_t *bad_store);

// The rest of this file is the implementation: the frequent case of each function, inline.

// Returns true if a copy can run straight through the user's mapping: `as` is the running thread's
// space. False for NULL: a kernel thread has no space, whatever directory is loaded.
static inline bool user_is_loaded(const struct aspace *as)
{
	return as && as == aspace_current();
}

// The functions of copyin_copyout.S, for the space that is loaded. Callers of user_copy,
// user_copy_nofault and user_copy_string have checked that the range lies below ULIM; the others
// refuse such values themselves. user_copy and user_copy_nofault return how many bytes were not
// copied, the last ones; so do user_get_1_nofault and user_put_1_nofault: 0 or 1. user_copy_string
// returns as copyinstr; the others return 0, or -EFAULT with nothing stored.
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

// Do the work of copyin_nofault and copyout_nofault for a range that lies below ULIM: copy a whole
// page, which files, pipes and UFFDIO_COPY move, by registers of SSE, whose values it restores;
// anything else by user_copy_nofault. Returns as user_copy_nofault.
size_t user_copy_present(void *dst, const void *src, size_t len);

// Do the rest of copyin and copyout: other spaces, no space (NULL), and ranges that reach beyond
// ULIM. They also work for the space that is loaded. A range that reaches beyond ULIM
// (user_range_ok) is refused before anything is copied; else copy by copyin_partial or
// copyout_partial. The caller holds no lock, as for these.
// Return 0; -EFAULT, perhaps with a part copied, but with nothing copied for a range that reaches
// beyond ULIM.
int copyin_slow(struct aspace *as, void *dst, const void __user *src, size_t len);
int copyout_slow(struct aspace *as, void __user *dst, const void *src, size_t len);

// Do the rest of copyinstr, for other spaces, no space (NULL), and ranges that reach beyond ULIM,
// by `scan`. Returns the string's length without the NUL; -ENAMETOOLONG or -EFAULT as copyinstr.
ssize_t copyinstr_slow(struct aspace *as, char *dst, const char __user *src, size_t max);

// Do the work of get_user and put_user for a space that is not loaded, or NULL: copy one value of
// `size` bytes, 1 to 8. The caller holds no lock, as for these. Return 0; -EFAULT, with nothing
// stored unless a page goes meanwhile.
int user_get_slow(struct aspace *as, void *dst, const void __user *src, size_t size);
int user_put_slow(struct aspace *as, void __user *dst, const void *src, size_t size);

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

// Do the work of get_user and put_user, their only callers: copy one value of `size` bytes, which
// is 1, 2, 4 or 8. `as` may be NULL. Return 0; -EFAULT as get_user and put_user.
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

// A single byte, as terminals and many pipes move it, has a shorter way.
static inline size_t copyin_nofault(void *dst, const void __user *src, size_t len)
{
	const void *from = (__force const void *)src;

	debug_assert(aspace_current());
	if (len == 1)
		return 1 - user_get_1_nofault(dst, from);
	len = user_part(src, len);
	return len - user_copy_present(dst, from, len);
}

static inline size_t copyout_nofault(void __user *dst, const void *src, size_t len)
{
	void *to = (__force void *)dst;

	debug_assert(aspace_current());
	if (len == 1)
		return 1 - user_put_1_nofault(to, src);
	len = user_part(dst, len);
	return len - user_copy_present(to, src, len);
}
