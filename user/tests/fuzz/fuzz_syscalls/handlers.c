// handlers.c: what a worker's signals do, and frames for sigreturn that nobody made.

#include "fuzz.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static uint32_t handled; // decides what a handler does: no two in a row do the same

static void on_fault(int signo)
{
	(void)signo;
	_exit(1);
}

// touch(address): a fault on the way ends it.
asm(".globl touch\n"
    "touch:\n\t"
    "movl 4(%esp), %eax\n"
    "touch_begin:\n\t"
    "addl $1, (%eax)\n"
    "touch_end:\n\t"
    "ret\n");

extern const char touch_begin[], touch_end[];

static void on_own_fault(int signo, siginfo_t *info, void *context)
{
	int *eip = &((ucontext_t *)context)->uc_mcontext.gregs[REG_EIP];

	(void)info;
	if (*eip != (int)(uintptr_t)touch_begin)
		on_fault(signo);
	*eip = (int)(uintptr_t)touch_end;
}

static bool is_fault(int signo)
{
	return signo == SIGSEGV || signo == SIGBUS || signo == SIGILL || signo == SIGFPE ||
	       signo == SIGTRAP;
}

// A handler that returns to the instruction that faulted comes again: a few times will do.
static void count(int signo)
{
	if (++handled % 8 == 0 && is_fault(signo))
		_exit(1);
}

static void on_signal(int signo)
{
	count(signo);
}

// Change one word of what comes back when the handler returns: mostly the last thing it does.
static void on_signal_spoil(int signo, siginfo_t *info, void *context)
{
	int *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	uint32_t state;

	(void)info;
	count(signo);
	random_start(&state, handled * 64 + (uint32_t)signo);
	if (one_in(&state, 2))
		registers[REG_EFL] ^= 1 << below(&state, 32);
	else if (one_in(&state, 8))
		((uint32_t *)context)[below(&state, 29)] = raw_value('i', &state);
}

// Another signal, from inside of a handler, and a call that may sleep.
static void on_signal_nested(int signo)
{
	struct {
		long seconds, nanoseconds;
	} moment = { 0, 1000 };

	count(signo);
	if (handled % 4 == 0)
		syscall(SYS_kill, getpid(), signo);
	syscall(SYS_nanosleep, &moment, NULL);
}

static void on_signal_fault(int signo)
{
	count(signo);
	if (handled % 4 == 0)
		*(volatile int *)(uintptr_t)wild_address(&handled) = signo;
}

// Where forged frames land.
static void landing(void)
{
	_exit(0);
}

asm(".globl return_plain, return_info\n"
    "return_plain:\n\t"
    "popl %eax\n\t"
    "movl $119, %eax\n\t"
    "int $0x80\n"
    "return_info:\n\t"
    "movl $173, %eax\n\t"
    "int $0x80\n");

void return_plain(void);
void return_info(void);

// Handlers and restorers, good ones and others.
uintptr_t handler_address(uint32_t which)
{
	static void (*const plain[])(int) = { on_signal, on_signal, on_signal_nested,
		                              on_signal_fault, on_fault };

	switch (which) {
	case 0:
		return (uintptr_t)SIG_DFL;
	case 1:
		return (uintptr_t)SIG_IGN;
	case 2:
	case 3:
		return (uintptr_t)on_signal_spoil;
	case 4:
		return 0xc0100000;
	case 5:
		return ARENA + PAGE;
	case 16:
	case 17:
		return (uintptr_t)return_info;
	case 18:
		return (uintptr_t)return_plain;
	case 19:
		return 0xffffffff;
	default:
		return (uintptr_t)plain[which % 5];
	}
}

void handlers_install(void)
{
	struct sigaction action = { .sa_handler = NULL };
	stack_t stack = { (void *)(uintptr_t)(ARENA + 32 * PAGE), 0, 4 * PAGE };

	for (int signo = 1; signo < NSIG; signo++) {
		action.sa_handler = on_signal;
		action.sa_flags = SA_RESTORER;
		action.sa_restorer = return_plain;
		if (is_fault(signo)) {
			action.sa_sigaction = on_own_fault;
			action.sa_flags = SA_RESTORER | SA_ONSTACK | SA_SIGINFO;
			action.sa_restorer = return_info;
		}
		syscall(SYS_rt_sigaction, signo, &action, NULL, sizeof(sigset_t));
	}
	syscall(SYS_sigaltstack, &stack, NULL);
}

static void plausible_context(struct sigcontext *context, uint32_t *state)
{
	static const uint16_t selectors[] = { 0x23, 0x2b, 0x1b, 0x33, 0x7b, 0x73, 0x08,
		                              0x10, 0,    3,    0x0b, 0x13, 7,    0xffff };
	uint32_t cs, ds;

	asm volatile("movl %%cs, %0\n\tmovl %%ds, %1" : "=r"(cs), "=r"(ds));
	context->cs = (uint16_t)cs;
	context->ds = context->es = context->ss = (uint16_t)ds;
	context->eip = (uint32_t)(uintptr_t)landing;
	context->esp = context->esp_at_signal = ARENA + 36 * PAGE;
	context->eflags = 0x202;
	context->fpstate = one_in(state, 2) ? 0 : SLOTS_BASE + 64 * below(state, 64);
	switch (below(state, 8)) {
	case 0:
		context->cs = selectors[below(state, 14)];
		break;
	case 1:
		context->ss = selectors[below(state, 14)];
		break;
	case 2:
		context->ds = selectors[below(state, 14)];
		context->gs = selectors[below(state, 14)];
		break;
	case 3:
		context->eflags = random_word(state);
		break;
	case 4:
		context->eip = wild_address(state);
		break;
	case 5:
		context->esp = wild_address(state);
		break;
	case 6:
		context->fpstate = wild_address(state);
		break;
	default:
		break;
	}
}

// Make at `address` what both sigreturns may find at the stack pointer. Returns the stack pointer.
uint32_t frame_fill(uint32_t address, uint32_t *state, const struct actor *actor)
{
	uint8_t *at = (uint8_t *)(uintptr_t)address;

	(void)actor;
	if (one_in(state, 2)) {
		// The handler's return has taken the return address, its restorer the number.
		plausible_context((struct sigcontext *)(at + 8), state);
		return address + 8;
	}
	plausible_context(&((struct rt_sigframe *)at)->context.uc_mcontext, state);
	((struct rt_sigframe *)at)->context_address = address +
	                                              offsetof(struct rt_sigframe, context);
	return address + 4;
}
