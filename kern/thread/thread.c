// thread.c: making and ending threads.
#include "thread/thread.h"

#include "cpu/debug_registers.h"
#include "cpu/trapentry.h"
#include "cpu/x86.h"
#include "debug/panic.h"
#include "mem/heap.h"
#include "thread/credentials.h"
#include "thread/kstack.h"
#include "thread/mutex.h"
#include "thread/sched.h"
#include "thread/tick.h"

_Static_assert(offsetof(struct thread, work) == THREAD_WORK, "cpu/trapentry.h");
_Static_assert(offsetof(struct cpu, current) == CPU_CURRENT, "cpu/trapentry.h");
_Static_assert(offsetof(struct cpu, call_limit) == CPU_CALL_LIMIT, "cpu/trapentry.h");

extern uint8_t boot_stack[]; // boot/start.S

const struct rlimit64 thread_no_limits[RLIM_NLIMITS] = {
	[RLIMIT_CPU... RLIMIT_DATA] = { RLIM64_INFINITY, RLIM64_INFINITY },
	[RLIMIT_STACK] = { 8u << 20, RLIM64_INFINITY }, // of a space that the kernel makes
	[RLIMIT_CORE... RLIM_NLIMITS - 1] = { RLIM64_INFINITY, RLIM64_INFINITY },
};

#define TIMER_SLACK 50000u // ns: Linux's

bool (*thread_no_memory_hook)(uintptr_t va);

static struct thread boot_thread; // runs the boot sequence, on the stack of boot/start.S

// Copy `name` into the thread, cut to what fits.
static void set_name(struct thread *thread, const char *name)
{
	char *at = thread->name, *end = at + sizeof(thread->name) - 1;

	while (at < end && *name)
		*at++ = *name++;
	*at = '\0';
}

// Fill a new thread's struct: no process, no limits, no signals.
static void thread_setup(struct thread *thread, const char *name, uintptr_t kstack)
{
	memset(thread, 0, sizeof(*thread));
	set_name(thread, name);
	thread->kstack = kstack;
	thread->limits = thread_no_limits;
	list_init(&thread->run_link);
	list_init(&thread->all_link);
	list_init(&thread->process_link);
	list_init(&thread->signals.infos);
	list_init(&thread->pi_locks);
	list_init(&thread->tracees);
}

// Lay out the stack as context_switch leaves it: four registers, and the address to return to. So
// the first switch to the thread needs no special case. Above them is the frame with which a
// program's thread enters user mode.
static void prepare_stack(struct thread *thread)
{
	uint32_t *sp = (uint32_t *)thread_user_frame(thread);

	*--sp = 0; // the end of backtraces, in the place of a return address
	*--sp = (uintptr_t)(thread->entry ? thread_kernel_start : thread_user_start);
	for (int i = 0; i < 4; i++)
		*--sp = 0;
	thread->kesp = sp;
}

// The struct and the stack are all that a thread needs; nothing else can fail later.
int thread_create(struct thread **store, const char *name, void (*entry)(void *arg), void *arg)
{
	struct thread *thread = kmalloc(sizeof(*thread));
	uintptr_t kstack;
	int error;

	if (!thread)
		return -ENOMEM;
	error = kstack_alloc(&kstack);
	if (error) {
		kfree(thread);
		return error;
	}
	thread_setup(thread, name, kstack);
	thread->credentials = credentials_get(thread_current()->credentials);
	thread->timer_slack = thread->timer_slack_default = thread_current()->timer_slack;
	account_count(&thread->credentials->account->tasks, 1);
	thread->entry = entry;
	thread->entry_arg = arg;
	prepare_stack(thread);
	*store = thread;
	return 0;
}

void thread_discard(struct thread *thread)
{
	thread_free(thread);
}

// The boot thread's struct and stack are part of the kernel's image.
void thread_free(struct thread *thread)
{
	if (thread->credentials) {
		account_count(&thread->credentials->account->tasks, -1);
		credentials_put(thread->credentials);
	}
	if (thread == &boot_thread)
		return;
	kstack_free(thread->kstack);
	kfree(thread->fpu);
	if (unlikely(thread->trace))
		kfree(thread->trace);
	kfree(thread);
}

void thread_run_entry(void)
{
	struct thread *thread = thread_current();

	thread->entry(thread->entry_arg);
	thread_exit();
}

void thread_enter_user(void)
{
	assert_no_lock();
	thread_enter_user_frame(thread_user_frame(thread_current()));
}

// Handle a thread's first FPU instruction: give the thread an FPU state of its own. Later FPU
// instructions do not trap, because fpu_switch clears TS for threads with a state. The kernel uses
// no FPU, so a trap from the kernel is an error.
static void no_fpu(struct trapframe *frame)
{
	struct thread *thread = thread_current();

	if (!trap_from_user(frame) || thread->fpu)
		trap_fatal(frame);
	thread->fpu = kmalloc(sizeof(*thread->fpu));
	if (!thread->fpu) {
		// Afterwards the instruction runs again, or the process dies.
		(void)thread_no_memory_hook(frame->eip);
		return;
	}
	fpu_state_init(thread->fpu);
	fpu_switch(NULL, thread->fpu);
}

// The current state is in the processor, not in from->fpu: hence fpu_save. FXSAVE leaves parts of
// the image as they are, and programs can read these: without the zeroes they would see what the block
// had before.
int thread_copy_fpu(struct thread *to)
{
	struct thread *from = thread_current();

	if (!from->fpu)
		return 0;
	to->fpu = kzalloc(sizeof(*to->fpu));
	if (!to->fpu)
		return -ENOMEM;
	fpu_save(to->fpu);
	return 0;
}

// fpu_switch comes before kfree: it sets TS again, so the next FPU instruction traps and gets a
// clean state.
void thread_reset_registers(void)
{
	struct thread *thread = thread_current();

	if (thread->fpu) {
		fpu_switch(thread->fpu, NULL);
		kfree(thread->fpu);
		thread->fpu = NULL;
	}
	if (thread->loads & LOAD_TLS) {
		memset(thread->tls, 0, sizeof(thread->tls));
		segment_load_tls(thread->tls);
	}
	if (thread->loads & LOAD_DEBUG)
		debug_registers_load(NULL);
	thread->loads &= LOAD_CALLS;
	segment_load_fs(0);
	segment_load_gs(0);
}

void thread_for_each(void (*visit)(struct thread *thread, void *arg), void *arg)
{
	struct thread *thread;

	spin_lock(&sched_lock);
	list_for_each(thread, &all_threads, all_link)
		visit(thread, arg);
	spin_unlock(&sched_lock);
}

// The boot thread needs no stack of its own making: it goes on with that of boot/start.S. The idle
// thread must exist before anything can sleep.
void thread_init(void)
{
	struct thread *idle;

	thread_setup(&boot_thread, "boot", (uintptr_t)boot_stack);
	boot_thread.timer_slack = TIMER_SLACK;
	boot_thread.credentials = credentials_get(&root_credentials);
	account_count(&root_account.tasks, 1);
	list_add_tail(&all_threads, &boot_thread.all_link);
	this_cpu()->current = &boot_thread;

	if (thread_create(&idle, "idle", thread_idle, NULL))
		panic("thread_init: no memory for the idle thread");
	list_add_tail(&all_threads, &idle->all_link);
	this_cpu()->idle = idle;
	trap_register(TRAP_NO_FPU, no_fpu);
	trap_double_fault_hook = kstack_report_overflow;
	tick_init();
}
