// crash.c: one function for each mistake that the kernel must detect.
#include "debug/crash.h"

#include "cpu/spinlock.h"
#include "cpu/x86.h"
#include "debug/boot_options.h"
#include "debug/monitor.h"
#include "debug/symbols.h"

// Write past the end of an array on the stack: the stack guard detects it when the function
// returns.
static void crash_smash(void)
{
	char array[16];
	char *volatile at = array; // volatile: else the compiler reports the error

	memset(at, 'x', sizeof(array) + 16);
}

// Call without end: the guard page below the stack is hit.
static void crash_overflow(void)
{
	void (*volatile again)(void) = crash_overflow; // else the compiler makes a loop of it

	again();
	again = NULL; // something to do after the call: else it is a jump
}

// Write to the kernel's text: its page-table entries are read-only.
static void crash_text(void)
{
	*(volatile char *)(uintptr_t)kernel_start = 0;
}

// Use a NULL pointer: page 0 is never mapped.
static void crash_null(void)
{
	volatile uint32_t *volatile nothing = NULL;

	nothing[2] = 1; // cppcheck-suppress nullPointer
}

// Call a function that a lab leaves to the student.
static void crash_unwritten(void)
{
	not_written(__func__, 3, 4);
}

// Call a function that a later lab leaves to the student.
static void crash_later_lab(void)
{
	not_in_this_lab(__func__, 2, 3, 4);
}

// Take away the gates of all exceptions. The next exception then becomes a triple fault, which
// resets the machine before the kernel can report anything.
static void crash_reset(void)
{
	struct pseudo_descriptor no_gates = { 0, 0 };

	lidt(&no_gates);
	crash_null();
}

// Take a spinlock that is never released, again. No other CPU runs, and no interrupt can come: the
// lock can never come free.
static void crash_lock(void)
{
	static struct spinlock lock = SPINLOCK_INIT("device", RANK_DEVICE);

	spin_lock(&lock);
	spin_lock(&lock);
}

// Loop without end with interrupts off, as the whole kernel runs: only a non-maskable interrupt can
// still come.
static void crash_spin(void)
{
	for (volatile unsigned int rounds = 0;; rounds++)
		;
}

static const struct {
	const char *name;
	void (*run)(void);
} crashes[] = {
	{ "later_lab", crash_later_lab }, { "lock", crash_lock },
	{ "null", crash_null },           { "overflow", crash_overflow },
	{ "reset", crash_reset },         { "smash", crash_smash },
	{ "spin", crash_spin },           { "text", crash_text },
	{ "unwritten", crash_unwritten },
};

void crash(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		if (strcmp(crashes[i].name, name) == 0)
			crashes[i].run();
	printk(LOG_WARNING, "crash: there is no mistake named %s\n", name);
}

void crash_if_asked(void)
{
	char name[20];

	if (option_get("crash", name, sizeof(name)))
		crash(name);
}

static void crash_command(int argc, char **argv)
{
	if (argc > 1)
		crash(argv[1]);
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		console_printf("crash %s\n", crashes[i].name);
}
MONITOR_COMMAND(crash, "NAME: make that mistake, to see how the kernel reports it", crash_command);
