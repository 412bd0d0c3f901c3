// userfaultfd_ioctl.c: the requests of ioctl_userfaultfd(2): decode the struct, call vm, store the
// result in the struct. The order of the checks is Linux's.
#include "fs/userfaultfd_ioctl.h"

#include "thread/credentials.h"
#include "thread/why.h"
#include "vm/uaccess.h"
#include <abi/capability.h>
#include <abi/mman.h>

#define REQUEST(name) (1ull << _UFFDIO_##name)
#define API_REQUESTS (REQUEST(API) | REQUEST(REGISTER) | REQUEST(UNREGISTER))

// The requests on a registered range: for every kind of memory, and those that large pages lack.
#define RANGE_REQUESTS (REQUEST(WAKE) | REQUEST(COPY) | REQUEST(POISON))
#define SMALL_REQUESTS (REQUEST(ZEROPAGE) | REQUEST(MOVE))

// Returns 0 if [start, start + len) is a range of user addresses and len a multiple of the page
// size, else -EINVAL.
static int check_len(uint64_t start, uint64_t len)
{
	uint32_t low = (uint32_t)start, n = (uint32_t)len; // half the instructions

	if ((start | len) >> 32 || n == 0 || n % PAGE_SIZE || low < USER_MIN || low >= ULIM ||
	    n > ULIM - low)
		return WHY(-EINVAL, "%#llx bytes from %#llx are no range of pages", len, start);
	return 0;
}

// Like check_len, for a start that must be page-aligned, too.
static int check_range(uint64_t start, uint64_t len)
{
	if ((uint32_t)start % PAGE_SIZE)
		return WHY(-EINVAL, "%#llx is not page-aligned", start);
	return check_len(start, len);
}

// UFFDIO_API: the handshake. On an error the program's struct is zeroed, and the descriptor can
// still be used.
static int do_api(struct uffd *uffd, void __user *arg)
{
	struct uffdio_api api;
	uint32_t features, none = 0;
	int error = 0;

	if (copyin(aspace_current(), &api, arg, sizeof(api)))
		return -EFAULT;
	features = (uint32_t)api.features | UFFD_READY;
	if (features & UFFD_FEATURE_WP_ASYNC)
		features |= UFFD_FEATURE_WP_UNPOPULATED;
	if (api.api == UFFD_API && (features & UFFD_FEATURE_EVENT_FORK) && !capable(CAP_SYS_PTRACE))
		error = WHY(-EPERM, "messages of forks need CAP_SYS_PTRACE");
	else if (api.api != UFFD_API || (api.features & ~(uint64_t)UFFD_FEATURES_ALL))
		error = WHY(-EINVAL, "API %#llx with features %#llx is unknown", api.api,
		            api.features);
	else if (!__atomic_compare_exchange_n(&uffd->features, &none, features, false,
	                                      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		error = WHY(-EINVAL, "the handshake was made before");
	if (error)
		memset(&api, 0, sizeof(api));
	else
		api = (struct uffdio_api){ UFFD_API, UFFD_FEATURES_ALL, API_REQUESTS };
	return copyout(aspace_current(), arg, &api, sizeof(api)) ? -EFAULT : error;
}

// Returns the AREA_UFFD_ bits of a UFFDIO_REGISTER_MODE_.
static uint32_t area_modes(uint64_t mode)
{
	return (mode & UFFDIO_REGISTER_MODE_MISSING ? AREA_UFFD_MISSING : 0) |
	       (mode & UFFDIO_REGISTER_MODE_WP ? AREA_UFFD_WP : 0) |
	       (mode & UFFDIO_REGISTER_MODE_MINOR ? AREA_UFFD_MINOR : 0);
}

// Returns the mask of the requests on a range that was registered so.
static uint64_t range_requests(uint64_t mode, bool large)
{
	return RANGE_REQUESTS | (large ? 0 : SMALL_REQUESTS) |
	       (mode & UFFDIO_REGISTER_MODE_WP ? REQUEST(WRITEPROTECT) : 0) |
	       (mode & UFFDIO_REGISTER_MODE_MINOR ? REQUEST(CONTINUE) : 0);
}

#define MODES (UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP | UFFDIO_REGISTER_MODE_MINOR)

// UFFDIO_REGISTER.
static int do_register(struct uffd *uffd, void __user *arg)
{
	struct uffdio_register reg;
	struct aspace *as;
	bool large;
	int error;

	if (copyin(aspace_current(), &reg, arg, offsetof(struct uffdio_register, ioctls)))
		return -EFAULT;
	if (!reg.mode || (reg.mode & ~(uint64_t)MODES))
		return WHY(-EINVAL, "no such mode as %#llx", reg.mode);
	error = check_range(reg.range.start, reg.range.len);
	if (error)
		return error;
	as = uffd_space_get(uffd);
	if (!as)
		return -ENOMEM; // as Linux says it
	error = uffd_attach_range(uffd, as, (uintptr_t)reg.range.start,
	                          (uintptr_t)(reg.range.start + reg.range.len),
	                          area_modes(reg.mode), &large);
	aspace_put(as);
	if (error)
		return error;
	return put_user(aspace_current(), user_member(struct uffdio_register, arg, ioctls),
	                range_requests(reg.mode, large));
}

// UFFDIO_UNREGISTER.
static int do_unregister(struct uffd *uffd, void __user *arg)
{
	struct uffdio_range range;
	struct aspace *as;
	int error;

	if (copyin(aspace_current(), &range, arg, sizeof(range)))
		return -EFAULT;
	error = check_range(range.start, range.len);
	if (error)
		return error;
	as = uffd_space_get(uffd);
	if (!as)
		return -ENOMEM;
	error = uffd_detach_range(uffd, as, (uintptr_t)range.start,
	                          (uintptr_t)(range.start + range.len));
	aspace_put(as);
	return error;
}

// UFFDIO_WAKE.
static int do_wake(struct uffd *uffd, void __user *arg)
{
	struct uffdio_range range;
	int error;

	if (copyin(aspace_current(), &range, arg, sizeof(range)))
		return -EFAULT;
	error = check_range(range.start, range.len);
	if (!error)
		uffd_wake(uffd, (uintptr_t)range.start, (size_t)range.len);
	return error;
}

// Perform a fill, store its result at `result`, and wake who waits for the pages, unless
// `dont_wake`. Returns 0 if the whole range is filled; -EAGAIN for a part of it; -ESRCH if the
// space has ended; -EFAULT if `result` cannot be written; else the error of uffd_fill.
static int fill(struct uffd *uffd, const struct uffd_fill *fill, bool dont_wake,
                int64_t __user *result)
{
	struct aspace *as = uffd_space_get(uffd);
	ssize_t done;

	if (!as)
		return WHY(-ESRCH, "the process has ended");
	done = uffd_fill(uffd, as, fill);
	aspace_put(as);
	if (put_user(aspace_current(), result, (int64_t)done))
		return -EFAULT;
	if (done < 0)
		return (int)done;
	if (!dont_wake)
		uffd_wake(uffd, fill->start, (size_t)done);
	return (size_t)done == fill->len ? 0 : -EAGAIN;
}

// Returns 0 if no message about a change of mappings waits to be read; else stores -EAGAIN at
// `result` and returns it.
static int check_changing(struct uffd *uffd, int64_t __user *result)
{
	if (likely(!uffd->changing))
		return 0;
	return put_user(aspace_current(), result, (int64_t)-EAGAIN) ? -EFAULT : -EAGAIN;
}

// UFFDIO_COPY.
static int do_copy(struct uffd *uffd, void __user *arg)
{
	int64_t __user *result = user_member(struct uffdio_copy, arg, copy);
	struct uffdio_copy copy;
	int error = check_changing(uffd, result);

	if (error)
		return error;
	if (copyin(aspace_current(), &copy, arg, offsetof(struct uffdio_copy, copy)))
		return -EFAULT;
	error = check_len(copy.src, copy.len);
	if (!error)
		error = check_range(copy.dst, copy.len);
	if (error)
		return error;
	if (copy.mode & ~(uint64_t)(UFFDIO_COPY_MODE_DONTWAKE | UFFDIO_COPY_MODE_WP))
		return WHY(-EINVAL, "no such mode as %#llx", copy.mode);
	return fill(uffd,
	            &(struct uffd_fill){
			    .kind = UFFD_COPY,
			    .start = (uintptr_t)copy.dst,
			    .len = (size_t)copy.len,
			    .source = (uintptr_t)copy.src,
			    .protect = copy.mode & UFFDIO_COPY_MODE_WP,
		    },
	            copy.mode & UFFDIO_COPY_MODE_DONTWAKE, result);
}

// UFFDIO_ZEROPAGE.
static int do_zeropage(struct uffd *uffd, void __user *arg)
{
	int64_t __user *result = user_member(struct uffdio_zeropage, arg, zeropage);
	struct uffdio_zeropage zero;
	int error = check_changing(uffd, result);

	if (error)
		return error;
	if (copyin(aspace_current(), &zero, arg, offsetof(struct uffdio_zeropage, zeropage)))
		return -EFAULT;
	error = check_range(zero.range.start, zero.range.len);
	if (error)
		return error;
	if (zero.mode & ~(uint64_t)UFFDIO_ZEROPAGE_MODE_DONTWAKE)
		return WHY(-EINVAL, "no such mode as %#llx", zero.mode);
	return fill(uffd,
	            &(struct uffd_fill){
			    .kind = UFFD_ZEROPAGE,
			    .start = (uintptr_t)zero.range.start,
			    .len = (size_t)zero.range.len,
		    },
	            zero.mode & UFFDIO_ZEROPAGE_MODE_DONTWAKE, result);
}

// The requests whose struct is that of UFFDIO_CONTINUE: a range, a mode, and the result.
_Static_assert(sizeof(struct uffdio_continue) == sizeof(struct uffdio_poison), "one struct");

// UFFDIO_CONTINUE and UFFDIO_POISON. `modes`: the mode bits that the request has; 1 means
// "do not wake", 2 "write-protect".
static int fill_range(struct uffd *uffd, void __user *arg, enum uffd_fill_kind kind, uint64_t modes)
{
	int64_t __user *result = user_member(struct uffdio_continue, arg, mapped);
	struct uffdio_continue wanted;
	int error = check_changing(uffd, result);

	if (error)
		return error;
	if (copyin(aspace_current(), &wanted, arg, offsetof(struct uffdio_continue, mapped)))
		return -EFAULT;
	error = check_range(wanted.range.start, wanted.range.len);
	if (error)
		return error;
	if (wanted.mode & ~modes)
		return WHY(-EINVAL, "no such mode as %#llx", wanted.mode);
	return fill(uffd,
	            &(struct uffd_fill){
			    .kind = kind,
			    .start = (uintptr_t)wanted.range.start,
			    .len = (size_t)wanted.range.len,
			    .protect = wanted.mode & UFFDIO_CONTINUE_MODE_WP,
		    },
	            wanted.mode & UFFDIO_CONTINUE_MODE_DONTWAKE, result);
}

// UFFDIO_CONTINUE.
static int do_continue(struct uffd *uffd, void __user *arg)
{
	return fill_range(uffd, arg, UFFD_CONTINUE,
	                  UFFDIO_CONTINUE_MODE_DONTWAKE | UFFDIO_CONTINUE_MODE_WP);
}

// UFFDIO_POISON.
static int do_poison(struct uffd *uffd, void __user *arg)
{
	return fill_range(uffd, arg, UFFD_POISON, UFFDIO_POISON_MODE_DONTWAKE);
}

// UFFDIO_WRITEPROTECT: without UFFDIO_WRITEPROTECT_MODE_WP it ends the protection, and wakes.
static int do_writeprotect(struct uffd *uffd, void __user *arg)
{
	struct uffdio_writeprotect wanted;
	struct aspace *as;
	bool protect;
	int error;

	if (uffd->changing)
		return -EAGAIN;
	if (copyin(aspace_current(), &wanted, arg, sizeof(wanted)))
		return -EFAULT;
	error = check_range(wanted.range.start, wanted.range.len);
	if (error)
		return error;
	protect = wanted.mode & UFFDIO_WRITEPROTECT_MODE_WP;
	if (wanted.mode > UFFDIO_WRITEPROTECT_MODE_DONTWAKE)
		return WHY(-EINVAL, "no such mode as %#llx", wanted.mode);
	as = uffd_space_get(uffd);
	if (!as)
		return WHY(-ESRCH, "the process has ended");
	error = uffd_protect(uffd, as, (uintptr_t)wanted.range.start, (size_t)wanted.range.len,
	                     protect);
	aspace_put(as);
	if (!error && !protect && wanted.mode != UFFDIO_WRITEPROTECT_MODE_DONTWAKE)
		uffd_wake(uffd, (uintptr_t)wanted.range.start, (size_t)wanted.range.len);
	return error;
}

// UFFDIO_MOVE: only within the space of the caller.
static int do_move(struct uffd *uffd, void __user *arg)
{
	int64_t __user *result = user_member(struct uffdio_move, arg, move);
	struct aspace *as = aspace_current();
	struct uffdio_move move;
	ssize_t done;
	int error = check_changing(uffd, result);

	if (error)
		return error;
	if (copyin(as, &move, arg, offsetof(struct uffdio_move, move)))
		return -EFAULT;
	if (uffd->as != as)
		return WHY(-EINVAL, "the descriptor is another process's");
	error = check_range(move.dst, move.len);
	if (!error)
		error = check_range(move.src, move.len);
	if (error)
		return error;
	if (move.mode & ~(uint64_t)(UFFDIO_MOVE_MODE_DONTWAKE | UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES))
		return WHY(-EINVAL, "no such mode as %#llx", move.mode);
	done = uffd_move(uffd, as, (uintptr_t)move.dst, (uintptr_t)move.src, (size_t)move.len,
	                 move.mode & UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES);
	if (put_user(as, result, (int64_t)done))
		return -EFAULT;
	if (done < 0)
		return (int)done;
	if (!(move.mode & UFFDIO_MOVE_MODE_DONTWAKE))
		uffd_wake(uffd, (uintptr_t)move.dst, (size_t)done);
	return (uint64_t)done == move.len ? 0 : -EAGAIN;
}

static const struct {
	unsigned int request;
	int (*perform)(struct uffd *uffd, void __user *arg);
} requests[] = {
	{ UFFDIO_COPY, do_copy },
	{ UFFDIO_ZEROPAGE, do_zeropage },
	{ UFFDIO_WRITEPROTECT, do_writeprotect },
	{ UFFDIO_CONTINUE, do_continue },
	{ UFFDIO_MOVE, do_move },
	{ UFFDIO_WAKE, do_wake },
	{ UFFDIO_POISON, do_poison },
	{ UFFDIO_REGISTER, do_register },
	{ UFFDIO_UNREGISTER, do_unregister },
};

int userfaultfd_ioctl(struct file *file, unsigned int request, void __user *arg)
{
	struct uffd *uffd = file->private;

	assert_no_lock();
	if (request == UFFDIO_API)
		return do_api(uffd, arg);
	if (!uffd->features)
		return WHY(-EINVAL, "the handshake, UFFDIO_API, comes first");
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
		if (requests[i].request == request)
			return requests[i].perform(uffd, arg);
	return WHY(-EINVAL, "no such request as %#x", request);
}
