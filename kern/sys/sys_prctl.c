// sys_prctl.c: prctl(2) and personality(2): what a process says about itself.
#include "proc/family.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include "vm/seal_name.h"
#include "vm/uaccess.h"
#include <abi/prctl.h>
#include <abi/signal.h>

// The arguments of a request.
struct request {
	uintptr_t arg, arg3, arg4, arg5;
};

// Returns true if all arguments after the first are 0, as newer requests demand.
static bool rest_is_zero(const struct request *request)
{
	return !request->arg3 && !request->arg4 && !request->arg5;
}

// Set the name of the thread. A longer name is cut, not refused. The process shows the name of its
// first thread.
static int set_name(uintptr_t arg)
{
	struct thread *thread = thread_current();
	char name[sizeof(thread->name)];
	ssize_t len;

	memset(name, 0, sizeof(name));
	len = copyinstr(aspace_current(), name, (const char __user *)arg, sizeof(name));
	if (len == -EFAULT)
		return -EFAULT;
	name[sizeof(name) - 1] = '\0';
	memcpy(thread->name, name, sizeof(name));
	if (thread->tid == thread->process->pid)
		memcpy(thread->process->name, name, sizeof(name));
	return 0;
}

// Choose the signal that the process gets when its parent ends; 0: none.
static int set_parent_death_signal(uintptr_t signo)
{
	if (signo >= NSIG)
		return WHY(-EINVAL, "there is no signal %u", (unsigned int)signo);
	spin_lock(&process_lock);
	process_current()->parent_death_signal = (int)signo;
	spin_unlock(&process_lock);
	return 0;
}

// Let the process adopt the orphans among its descendants, or no longer.
static int set_subreaper(bool on)
{
	spin_lock(&process_lock);
	family_set_subreaper(process_current(), on);
	spin_unlock(&process_lock);
	return 0;
}

// Set or get what a child inherits. Returns the call's result; -EINVAL also for a request that the
// kernel does not know.
static long inherited_request(int option, const struct request *request)
{
	struct inherited *inherited = &process_current()->inherited;
	struct thread *thread = thread_current();

	switch (option) {
	case PR_GET_DUMPABLE:
		return !inherited->undumpable;
	case PR_SET_DUMPABLE:
		if (request->arg > 1)
			return -EINVAL;
		inherited->undumpable = !request->arg;
		return 0;
	case PR_GET_TIMERSLACK:
		return (long)thread->timer_slack;
	case PR_SET_TIMERSLACK:
		thread->timer_slack = (intptr_t)request->arg > 0 ? request->arg :
		                                                   thread->timer_slack_default;
		return 0;
	case PR_GET_NO_NEW_PRIVS:
		return request->arg || !rest_is_zero(request) ? -EINVAL : inherited->no_new_privs;
	case PR_SET_NO_NEW_PRIVS:
		if (request->arg != 1 || !rest_is_zero(request))
			return -EINVAL;
		inherited->no_new_privs = true;
		return 0;
	case PR_GET_THP_DISABLE:
		return request->arg || !rest_is_zero(request) ? -EINVAL : inherited->no_large_pages;
	case PR_SET_THP_DISABLE:
		if (!rest_is_zero(request))
			return -EINVAL;
		inherited->no_large_pages = request->arg;
		return 0;
	default:
		return WHY(-EINVAL, "prctl does not know the request %d", option);
	}
}

// Give the thread a copy of its credentials with another keep_caps, or without `cap` in the bounding set
// (-1: no change). Returns 0 or -ENOMEM.
static int change_credentials(bool keep_caps, int cap)
{
	struct credentials *new = credentials_copy(credentials_current());

	if (!new)
		return -ENOMEM;
	new->keep_caps = keep_caps;
	if (cap >= 0)
		new->bounding &= ~cap_bit(cap);
	thread_set_credentials(new);
	return 0;
}

// Do a request about capabilities. The order of checks is Linux's: CAP_SETPCAP, then the number.
static long capability_request(int option, uintptr_t arg)
{
	const struct credentials *own = credentials_current();

	switch (option) {
	case PR_GET_KEEPCAPS:
		return own->keep_caps;
	case PR_SET_KEEPCAPS:
		return arg > 1 ? -EINVAL : change_credentials(arg, -1);
	case PR_CAPBSET_READ:
		return arg > CAP_LAST_CAP ? -EINVAL : (own->bounding & cap_bit((int)arg)) != 0;
	default: // PR_CAPBSET_DROP
		if (!capable(CAP_SETPCAP))
			return WHY(-EPERM, "to drop a capability takes CAP_SETPCAP");
		return arg > CAP_LAST_CAP ? -EINVAL : change_credentials(own->keep_caps, (int)arg);
	}
}

// Returns true if `name` has only characters that a name of memory may have: those that can be printed,
// but for a few that could mislead who reads /proc/PID/maps.
static bool name_is_printable(const char *name)
{
	for (; *name; name++)
		if (*name <= 0x1f || *name >= 0x7f || strchr("\\`$[]", *name))
			return false;
	return true;
}

// PR_SET_VMA: name memory, or take its names away (a name of NULL). The name comes before the range.
static long name_memory(const struct request *request)
{
	const char __user *text = (const char __user *)request->arg5;
	char name[AREA_LABEL_MAX];
	ssize_t len = 0;

	if (request->arg != PR_SET_VMA_ANON_NAME)
		return -EINVAL;
	if (text)
		len = copyinstr(aspace_current(), name, text, sizeof(name));
	if (len == -EFAULT)
		return -EFAULT;
	if (len < 0 || (text && !name_is_printable(name)))
		return WHY(-EINVAL, "the name is longer than %d bytes, or has odd characters",
		           AREA_LABEL_MAX - 1);
	return aspace_set_name(aspace_current(), request->arg3, request->arg4, text ? name : NULL);
}

// prctl(2).
SYSCALL5(prctl, int, option, uintptr_t, arg, uintptr_t, arg3, uintptr_t, arg4, uintptr_t, arg5)
{
	const struct process *process = process_current();
	struct thread *thread = thread_current();
	struct request request = { arg, arg3, arg4, arg5 };
	void __user *store = (void __user *)arg;

	switch (option) {
	case PR_SET_NAME:
		return set_name(arg);
	case PR_GET_NAME:
		return copyout(aspace_current(), store, thread->name, sizeof(thread->name));
	case PR_SET_PDEATHSIG:
		return set_parent_death_signal(arg);
	case PR_GET_PDEATHSIG:
		return put_user(aspace_current(), (int __user *)store, process->parent_death_signal);
	case PR_SET_CHILD_SUBREAPER:
		return set_subreaper(arg);
	case PR_GET_CHILD_SUBREAPER:
		return put_user(aspace_current(), (int __user *)store, (int)process->subreaper);
	case PR_GET_TID_ADDRESS:
		return put_user(aspace_current(), (uintptr_t __user *)store,
		                (__force uintptr_t)thread->clear_tid);
	case PR_GET_TIMING:
		return PR_TIMING_STATISTICAL;
	case PR_SET_TIMING:
		return arg == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
	case PR_SET_VMA:
		return name_memory(&request);
	case PR_GET_SECCOMP:
		return 0; // no filters
	case PR_GET_KEEPCAPS:
	case PR_SET_KEEPCAPS:
	case PR_CAPBSET_READ:
	case PR_CAPBSET_DROP:
		return capability_request(option, arg);
	default:
		return inherited_request(option, &request);
	}
}

// personality(2): kept, inherited and reported. 0xffffffff only asks. Returns the old one.
SYSCALL1(personality, uint32_t, personality)
{
	struct inherited *inherited = &process_current()->inherited;
	uint32_t before = inherited->personality;

	if (personality != 0xffffffffu)
		inherited->personality = personality;
	return (long)before;
}
