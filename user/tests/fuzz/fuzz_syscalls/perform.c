// perform.c: the calls themselves, straight to the kernel, and children that perform some of them.

#include "fuzz.h"

#include <abi/area.h>
#include <abi/ptrace.h>
#include <abi/sched.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REBOOT_MAGIC 0xfee1deadu

// raw_call(number, args): a system call with six arguments.
// raw_fork(number, args, stack): one that may return twice. The child goes on at the address that
// lies on its own stack, touching no other.
// raw_stack(number, args, stack): one with three arguments, made with that stack pointer.
asm(".globl raw_call, raw_fork, raw_stack\n"
    ".macro enter\n\t"
    "pushl %ebp\n\t"
    "pushl %ebx\n\t"
    "pushl %esi\n\t"
    "pushl %edi\n\t"
    "movl 20(%esp), %eax\n\t"
    "movl 24(%esp), %edi\n\t"
    "movl (%edi), %ebx\n\t"
    "movl 4(%edi), %ecx\n\t"
    "movl 8(%edi), %edx\n\t"
    "movl 12(%edi), %esi\n\t"
    ".endm\n"
    ".macro leave_call\n\t"
    "popl %edi\n\t"
    "popl %esi\n\t"
    "popl %ebx\n\t"
    "popl %ebp\n\t"
    "ret\n\t"
    ".endm\n"
    "raw_call:\n\t"
    "enter\n\t"
    "movl 20(%edi), %ebp\n\t"
    "movl 16(%edi), %edi\n\t"
    "int $0x80\n\t"
    "leave_call\n"
    "raw_fork:\n\t"
    "enter\n\t"
    "movl 28(%esp), %ebp\n\t"
    "movl 16(%edi), %edi\n\t"
    "int $0x80\n\t"
    "testl %eax, %eax\n\t"
    "jz 1f\n\t"
    "leave_call\n"
    "1:\n\t"
    "movl %ebp, %esp\n\t"
    "ret\n"
    "raw_stack:\n\t"
    "enter\n\t"
    "movl %esp, %ebp\n\t"
    "movl 28(%esp), %esp\n\t"
    "int $0x80\n\t"
    "movl %ebp, %esp\n\t"
    "leave_call\n");

long raw_fork(int number, const uint32_t args[ARGS], uint32_t stack);
long raw_stack(int number, const uint32_t args[ARGS], uint32_t stack);

static uint32_t stacks_used;
static int threads[STACKS]; // who runs on the stack; the kernel clears it when that thread has ended
static bool had_threads;

// The process, or group, that an argument means.
int resolve_pid(uint32_t which, const struct actor *actor)
{
	int self = getpid();

	switch (which) {
	case 0 ... 5:
		return self;
	case 6:
		return getppid();
	case 7:
		return -self;
	case 8 ... 10:
		return shared->pid[which - 8];
	case 11 ... 12:
		return -shared->pid[which - 11];
	case 13 ... 18:
		return actor->last_child;
	case 19:
		return -actor->last_child;
	case 20 ... 22:
		return 0;
	case 23:
		return -1;
	case 24:
		return 1;
	case 25:
		return FIRST_PROCESS;
	case 26:
		return INT_MIN;
	case 27:
		return INT_MAX;
	case 28:
		return -FIRST_PROCESS;
	default:
		return self + (int)which - 36;
	}
}

static bool returns_twice(int number)
{
	return number == SYS_fork || number == SYS_vfork || number == SYS_clone ||
	       number == SYS_clone3;
}

// Keep what would end the machine or its first process, on which everything stands, from doing so.
static void guard(int *number, uint32_t args[ARGS])
{
	int first = FIRST_PROCESS, pid = (int)args[0];
	bool meant = pid == first || pid == -first || pid == -1;

	switch (*number) {
	case SYS_reboot:
		if (args[0] == REBOOT_MAGIC)
			args[0]--;
		break;
	case SYS_mq_open: // a queue of another name would stay
		if (!mqueue_is_own(args[0]))
			args[1] &= ~(uint32_t)O_CREAT;
		break;
	case SYS_fcntl:
	case SYS_fcntl64: // only a handler can be sure to end well
		if (args[1] == F_SETSIG && (args[2] == SIGKILL || args[2] == SIGSTOP))
			args[2] = 0;
		break;
	case SYS_kill:
	case SYS_tkill:
		if (meant && (args[1] == SIGKILL || args[1] == SIGSTOP))
			args[1] = 0;
		break;
	case SYS_tgkill:
		if (meant && (args[2] == SIGKILL || args[2] == SIGSTOP))
			args[2] = 0;
		break;
	case SYS_area_remap:
		args[1] &= 0xfffff; // the screen, but no interrupt controller
		break;
	case SYS_rt_sigqueueinfo:
		if (meant && (args[1] == SIGKILL || args[1] == SIGSTOP))
			args[1] = 0;
		break;
	case SYS_rt_tgsigqueueinfo:
		if (meant && (args[2] == SIGKILL || args[2] == SIGSTOP))
			args[2] = 0;
		break;
	case SYS_pidfd_send_signal:
		if (args[1] == SIGKILL || args[1] == SIGSTOP)
			args[1] = 0;
		break;
	case SYS_ptrace: // a tracee that nobody lets go on would never end
		if (args[0] == PTRACE_TRACEME || args[0] == PTRACE_ATTACH || args[0] == PTRACE_SEIZE)
			args[0] = PTRACE_GETREGS;
		break;
	case SYS_unshare:
		args[0] &= ~(uint32_t)CSIGNAL;
		break;
	case SYS_prlimit64:
	case SYS_process_vm_writev:
		if (meant)
			args[0] = 0;
		break;
	}
}

// clone3 takes what clone takes, in a struct, whose size is wrong once in a while.
static long fork_clone3(const uint32_t args[ARGS], uint32_t stack)
{
	struct clone_args fields = {
		.flags = args[0] & ~CSIGNAL,
		.exit_signal = args[0] & (CLONE_THREAD | CLONE_PARENT) ? 0 : args[0] & CSIGNAL,
		.stack = args[1] % 2 ? 0 : stack - 64,
		.stack_size = args[1] % 2 ? 0 : 64,
		.parent_tid = args[2],
		.tls = args[3],
		.child_tid = args[4],
	};
	uint32_t pair[ARGS] = { (uint32_t)(uintptr_t)&fields,
		                args[1] % 16 ? sizeof(fields) : args[2] };

	return raw_fork(SYS_clone3, pair, stack);
}

static void child_main(struct actor *actor)
{
	run(actor);
}

// Make `args` those of clone for a thread that will run on the stack `slot`. Returns false if that has a
// thread: so their number is bounded.
static bool thread_args(uint32_t args[ARGS], uint32_t slot)
{
	const uint32_t always = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
	                        CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

	if (threads[slot])
		return false;
	had_threads = true;
	args[ARGS - 1] = 4 * args[ARGS - 1] + 15; // it performs more calls than other children
	args[0] = always;
	args[1] = args[3] = 0;
	args[2] = args[4] = (uint32_t)(uintptr_t)&threads[slot];
	return true;
}

// Let a child perform the next calls, with a stack of its own in case it shares the address space.
static void perform_fork(int number, const uint32_t args[ARGS], struct actor *actor)
{
	uint32_t slot = __sync_fetch_and_add(&stacks_used, 1) % STACKS;
	uint32_t top = STACKS_BASE + (slot + 1) * STACK_SIZE;
	struct actor *child = (struct actor *)(uintptr_t)(top - 64);
	uint32_t *stack = (uint32_t *)(uintptr_t)(top - 80);
	uint32_t plain[ARGS], count, behind;
	long result;

	memcpy(plain, args, sizeof(plain));
	if (number == OWN_THREAD && !thread_args(plain, slot))
		return;
	count = number == OWN_THREAD ? plain[ARGS - 1] : 1 + args[ARGS - 1] % 16;
	behind = actor->next + 1 + count;
	if (behind > actor->end)
		behind = actor->end;
	*child = *actor;
	child->next++;
	child->end = behind;
	child->depth++;
	if (number == OWN_TENANT) {
		number = SYS_fork;
		stack[0] = (uint32_t)(uintptr_t)become_tenant;
	} else {
		stack[0] = (uint32_t)(uintptr_t)child_main;
	}
	stack[2] = (uint32_t)(uintptr_t)child;
	if (number == OWN_THREAD)
		number = SYS_clone;
	result = number == SYS_clone3 ? fork_clone3(plain, (uint32_t)(uintptr_t)stack) :
	                                raw_fork(number, plain, (uint32_t)(uintptr_t)stack);
	if (result > 0) {
		actor->last_child = (int)result;
		actor->next = behind - 1;
	}
}

// The numbers of a call that is named by its number, and the arguments behind it.
static int number_in_arguments(uint32_t args[ARGS])
{
	int number = (int)args[0];

	memmove(args, args + 1, (ARGS - 1) * sizeof(*args));
	return returns_twice(number) ? SYS_getpid : number;
}

// Make every second page of a part of the long range an area of its own.
static void cut(uint32_t address, uint32_t count)
{
	uint32_t args[ARGS] = { address, PAGE, 1 };

	for (uint32_t i = 0; i < count / 64; i++, args[0] += 2 * PAGE)
		raw_call(SYS_mprotect, args);
}

static void perform_call(int number, uint32_t args[ARGS], struct actor *actor)
{
	uint32_t stack;

	switch (number) {
	case SYS_fork:
	case SYS_vfork:
	case SYS_clone:
	case SYS_clone3:
	case OWN_TENANT:
	case OWN_THREAD:
		perform_fork(number, args, actor);
		return;
	case SYS_sigreturn:
	case SYS_rt_sigreturn:
		raw_stack(number, args, args[0]);
		return;
	case OWN_FRESH:
		check_fresh(actor, args[0]);
		return;
	case OWN_ACCESS:
		touch(args[0]);
		return;
	case OWN_STACK:
		number = number_in_arguments(args);
		stack = args[0];
		memmove(args, args + 1, (ARGS - 1) * sizeof(*args));
		guard(&number, args);
		raw_stack(number, args, stack);
		return;
	case OWN_UNKNOWN:
		number = number_in_arguments(args);
		break;
	case OWN_TRACE:
		trace_own(args);
		return;
	case OWN_AREAS:
		cut(args[0], args[1]);
		return;
	}
	guard(&number, args);
	raw_call(number, args);
}

// Returns how many words of the argument at `address` to look at: up to 16, but not beyond its slot.
static uint32_t words_in_slot(uint32_t address)
{
	uint32_t left = 2 * PAGE - (address - SLOTS_BASE) % SLOT_SIZE;

	return left < 64 ? left / 4 : 16;
}

static void perform(const struct op *op, struct actor *actor)
{
	const struct call *call = call_at(op->call);
	const char *kinds = call->kinds + (*call->kinds == '!');
	uint32_t args[ARGS], before[ARGS];
	uint64_t began = costed ? cost_clock() : 0;

	if (call_is_rare(call))
		world_lengthen();
	for (uint32_t i = 0; i < ARGS; i++) {
		args[i] = op->arg[i].value;
		if (op->arg[i].how == PID)
			args[i] = (uint32_t)resolve_pid(args[i], actor);
		else if (op->arg[i].how == FILLED)
			args[i] = fill(kinds[i], i, args[i], actor);
	}
	memcpy(before, args, sizeof(args));
	perform_call(call->number, args, actor);
	if (costed)
		cost_add(op->call, began);
	if (actor->tenant || kinds != call->kinds)
		return;
	for (int i = 0; i < ARGS; i++)
		if (op->arg[i].how == FILLED && strchr("bvetTuqRUJlGK", kinds[i]) &&
		    secret_in(before[i], words_in_slot(before[i])))
			secret_found(actor, before[i], op->call);
}

// Perform the actor's calls, and end.
void run(struct actor *actor)
{
	struct op op;

	for (; actor->next < actor->end; actor->next++) {
		if (!op_at(actor->worker, actor->next, &op))
			break;
		if (actor->depth == 0)
			shared->next[actor->worker] = actor->next + 1;
		__sync_fetch_and_add(&shared->performed, 1);
		if (actor->tenant && *call_at(op.call)->kinds == '!')
			continue;
		perform(&op, actor);
		// Time slices are longer than many calls: let the threads take turns.
		if (had_threads && actor->next % 2)
			raw_call(SYS_sched_yield, (uint32_t[ARGS]){ 0 });
	}
	if (actor->depth == 0)
		shared->next[actor->worker] = actor->end;
	// A thread must not end the others: exit, not exit_group.
	if (actor->depth)
		raw_call(SYS_exit, (uint32_t[ARGS]){ 0 });
	for (;;)
		_exit(0);
}
