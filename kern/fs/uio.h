// uio.h: where the bytes of a read go to, or those of a write come from: a list of stretches of
// memory, the user's or the kernel's. Each operation of a file takes one, so read, readv, pread and
// the kernel's own reads are the same to it.
#pragma once

#include "kern.h"
#include "vm/uaccess.h"
#include "vm/user_iovec.h"

struct uio {
	char __user *base;        // the current stretch: what is left of it,
	size_t len;               // and how long that is
	size_t left;              // bytes left, the current stretch's included
	const struct iovec *next; // the stretches after the current one; unused when len == left
	bool kernel;              // `base` is a kernel address; then there is only one stretch
};

// One stretch of the user's memory. `len` is at most UIO_MAX.
static inline struct uio uio_user(void __user *base, size_t len)
{
	return (struct uio){ .base = base, .len = len, .left = len };
}

// One stretch of the kernel's memory.
static inline struct uio uio_kernel(void *base, size_t len)
{
	return (struct uio){
		.base = (__force char __user *)base, .len = len, .left = len, .kernel = true
	};
}

// The stretches of a vector, which must outlive the uio.
struct uio uio_vector(const struct user_vector *vector);

// Copy between dst or src and the next `n` <= uio->left bytes, under a spinlock; the uio does not
// move. Returns how many bytes were copied before the first that was not there; then uio_fault_in
// with that number, without the lock, and again.
size_t uio_copyin_nofault_slow(const struct uio *uio, void *dst, size_t n);
size_t uio_copyout_nofault_slow(const struct uio *uio, const void *src, size_t n);

static inline size_t uio_copyin_nofault(const struct uio *uio, void *dst, size_t n)
{
	if (likely(n <= uio->len && !uio->kernel))
		return copyin_nofault(dst, uio->base, n);
	return uio_copyin_nofault_slow(uio, dst, n);
}

static inline size_t uio_copyout_nofault(const struct uio *uio, const void *src, size_t n)
{
	if (likely(n <= uio->len && !uio->kernel))
		return copyout_nofault(uio->base, src, n);
	return uio_copyout_nofault_slow(uio, src, n);
}

// Make the page under the byte `ahead` bytes further on present. 0 or -EFAULT.
int uio_fault_in(const struct uio *uio, size_t ahead, bool write);

// Go on by `n` <= uio->left bytes.
void uio_advance_slow(struct uio *uio, size_t n);

static inline void uio_advance(struct uio *uio, size_t n)
{
	if (likely(n == uio->left)) {
		uio->len = uio->left = 0; // the end: nobody asks where that is
	} else if (likely(uio->len == uio->left)) {
		uio->base += n;
		uio->len = uio->left -= n;
	} else {
		uio_advance_slow(uio, n);
	}
}

// Copy up to `n` bytes and go on by as many as were copied, which is returned. Fewer than both `n`
// and uio->left: the next byte cannot be accessed. Caller: may sleep, holds no lock.
size_t uio_copyin(struct uio *uio, void *dst, size_t n);
size_t uio_copyout(struct uio *uio, const void *src, size_t n);

// The same with zeroes, which stop when a signal comes.
size_t uio_zero(struct uio *uio, size_t n);
