// fuzz.h: what the files of fuzz_syscalls share; main.c says what the program is for.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096u
#define ARGS 6
#define WORKERS 3
#define BASE_DIRECTORY "/tmp/fuzz"
#define SEEN "/run/secret-seen"     // there when a program just executed saw the secret
#define SELF BASE_DIRECTORY "/self" // a copy of this program, which may be damaged

// Memory that the calls aim at. Nothing of the program's own lies near.
#define ARENA 0x20000000u // 64 pages, of all kinds: see world.c
#define ARENA_PAGES 64u
#define SLOTS_BASE 0x30000000u // for each argument two pages to point to, then a hole
#define SLOT_SIZE (3 * PAGE)
#define STACKS_BASE 0x31000000u // for children that share the address space
#define STACK_SIZE (4 * PAGE)
#define STACKS 16u

#define UFFD 30 // a descriptor of the first worker's: a userfaultfd,
#define UFFD_BASE (ARENA + (ARENA_PAGES - 2) * PAGE) // with which these two pages are registered,
#define UFFD_LARGE 0x28000000u // and these two large pages, if the machine has some
#define LARGE (4u << 20)
#define PAGEMAP 31 // a descriptor of /proc/self/pagemap
#define UFFD_ASYNC \
	35 // the first worker's: another userfaultfd, which protects other pages of the arena

#define LONG_BASE 0x50000000u // much address space with little memory: see world.c
#define LONG_SIZE (512u << 20)

#define SHARED \
	0xb0000000u     // what the first process and the workers share, out of their calls' reach
#define FIRST_PROCESS 2 // its number, always

#define DESCRIPTORS 36u // what a worker has open at its start: see world.c

// How an argument is written down. All are functions of the seed alone, so a list of calls can be
// shortened and performed again.
enum how {
	RAW,    // the value itself
	PID,    // a process, by its relation to the caller: see resolve_pid
	FILLED, // a pointer to what fill() makes of the argument's kind and this number
};

struct op {
	uint16_t call; // its index: call_at
	struct {
		uint8_t how;
		uint32_t value;
	} arg[ARGS];
};

// A system call. `kinds` has a letter for each argument:
//	f d     a descriptor; one that paths are relative to
//	p F     a path; one of a name that is made or removed, which keeps to the round's directory
//	b B     a buffer that is received; one that is sent
//	n       a size of what stands before it
//	a L     an address that is not followed; the length of a range
//	r m M A y   bits: protection, mmap's, mremap's; advice; other flags
//	o 9 w   a position, or its low half; its high half; from where it counts
//	7       a position in memory
//	v c     an array of buffers; a count
//	O x D   bits of open; a mode; a device
//	g G 8   a signal; a set of signals; the size of one
//	S K H   what sigaction takes; sigaltstack; the frame of a handler on the stack
//	t T u h a time in 2 x 32, in 2 x 64 bits, with microseconds; a clock
//	P C k W a process; bits of clone; how many calls a child performs; bits of wait
//	z       an array of strings
//	q e 6   what poll takes, select, pselect
//	R Z U   limits; a limit's number; a thread's segment
//	I j J   a request of ioctl; of fcntl; what one of them takes
//	Y $     a request of ioctl on a userfaultfd; what one takes
//	s X     an option of prctl; whose priority
//	Q V #   what area_create takes; area_clone; a named area's id
//	* + &   an address of a socket; its length; messages of a socket
//	| ;     a family or a level; a type of sockets, an option, or flags
//	( ) < > a key of System V objects; an id; flags; a command
//	[ { }   operations on semaphores; a message; which type of messages
//	, / - ? a name of a message queue; its attributes; the size of a message; an event
//	N       the number of the call itself
//	E       an access of the program's own
//	4 5     an array of 1,024 bytes, each on a page of its own; a count up to 1,024
//	2 3 1   an address in the long range; the length of a part of it; a count up to 2^20
//	l       a line of output buffers: all that mmap's old form and old select take
//	_ = :   a futex; an operation on it; a value
//	~       an array for futex_waitv
//	@ %     the head of a robust list; its size
//	^       a userfaultfd
//	' \ "   /proc/self/pagemap; its request; what that takes
//	`       a request of ptrace
//	0 . "   0; PR_SET_VMA; flags of mount
//	i       anything
// After a '!' nobody may be surprised to find there what another process wrote.
struct call {
	const char *name;
	int number; // of the system call, or one of the following
	int weight; // how often it is chosen; 0: a rare call, which takes long or much memory
	const char *kinds;
};

static inline bool call_is_rare(const struct call *call)
{
	return call->weight == 0;
}

enum own_call {
	OWN_FRESH = -100, // new memory shows nothing of anybody
	OWN_TENANT,       // a child fills its memory, and what it shows the kernel, with the secret
	OWN_THREAD,       // a thread performs some calls
	OWN_ACCESS,       // load and store at an address
	OWN_STACK,        // a call with the stack pointer somewhere
	OWN_UNKNOWN,      // a system call by its number
	OWN_AREAS,        // cut a part of the long range into many areas
	OWN_TRACE,        // a request of ptrace about a tracee of one's own
};

// table_own.c, for table.c alone
extern const struct call own_calls[];
extern const size_t own_call_count;

// Who performs: a worker, or a descendant of one which performs a few calls of its list.
struct actor {
	uint32_t worker;
	uint32_t next, end; // numbers of calls
	int depth;
	bool tenant;
	int last_child;
};

// What the first process and the workers share.
struct shared {
	volatile uint32_t next[WORKERS]; // the call that each worker comes to
	volatile int pid[WORKERS];
	volatile uint32_t performed; // also those of descendants
	volatile uint32_t secrets;   // how many findings there are
	volatile uint32_t secret_call, secret_worker, secret_index;
};

extern struct shared *shared;

// random.c
extern uint32_t master_seed;
void random_start(uint32_t *state, uint32_t seed);
uint32_t random_word(uint32_t *state);
uint32_t below(uint32_t *state, uint32_t n);
bool one_in(uint32_t *state, uint32_t n);

// table.c
const struct call *call_at(size_t index);
size_t call_count(void);

// generate.c, values.c: the call that worker `worker` performs as number `index`.
extern uint32_t rare_in; // one call in so many is a rare one
void generate(uint32_t worker, uint32_t index, struct op *op);
void generate_init(void);
uint32_t raw_value(char kind, uint32_t *state);
uint32_t wild_address(uint32_t *state);
uint32_t any_size(uint32_t *state);
uint64_t far_position(uint32_t *state);
uint32_t any_descriptor(uint32_t *state);

// fill.c
bool kind_is_filled(char kind);
uint32_t fill(char kind, uint32_t slot, uint32_t seed, const struct actor *actor);

// fill_area.c
void fill_areas(void *requests, uint32_t count, uint32_t *state);
void fill_area_clone(void *request, uint32_t *state);

// fill_futex.c
bool kind_is_futex(char kind);
uint32_t futex_value(char kind, uint32_t *state);
void fill_futex(char kind, uint32_t *words, uint32_t *state);

uint32_t data_address(uint32_t *state);

// fill_socket.c
#define SOCKET_MESSAGE_SIZE 256u
uint32_t socket_value(char kind, uint32_t *state);
void fill_socket(char kind, char *at, uint32_t *state);

// fill_sysv.c
#define SYSV_FILLED 48u // bytes
uint32_t sysv_value(char kind, uint32_t *state);
void fill_sysv(char kind, char *at, uint32_t *state);
void sysv_clean(void); // remove all objects

// fill_uffd.c
void fill_uffd(uint64_t *fields, uint32_t *state);

// fill_pagemap.c: what PAGEMAP_SCAN takes.
#define PAGEMAP_FILLED 96
void fill_pagemap(uint64_t *fields, uint32_t slot, uint32_t *state);

// fill_mqueue.c
uint32_t mqueue_value(char kind, uint32_t *state);
void fill_mqueue(char kind, uint32_t *words, uint32_t *state);
bool mqueue_is_own(uint32_t name); // one of those that mqueue_clean removes
int mqueue_open(uint32_t number);  // a queue that all have
void mqueue_clean(void);

// tracee.c
uint32_t trace_value(uint32_t *state);
void trace_own(const uint32_t args[ARGS]);

// script.c: calls as lines of text.
extern bool scripted;
void script_read(const char *path);
uint32_t script_length(uint32_t worker);
bool op_at(uint32_t worker, uint32_t index, struct op *op);
void op_print(uint32_t worker, const struct op *op);

// world.c
bool map_slots(void);             // anew, private and empty
void world_make(uint32_t worker); // its memory, descriptors and handlers
void world_lengthen(void);        // the long range and what else the rare calls need, once
void world_prepare(void);         // the files that all share
void world_clean(void);

// handlers.c
void handlers_install(void);
uintptr_t handler_address(uint32_t which);
void touch(uint32_t address); // load and store there; a fault ends it
uint32_t frame_fill(uint32_t address, uint32_t *state, const struct actor *actor);

// perform.c
long raw_call(int number, const uint32_t args[ARGS]);
void run(struct actor *actor) __attribute__((noreturn));
int resolve_pid(uint32_t which, const struct actor *actor);

// cost.c
extern bool costed;
void cost_start(void);
uint64_t cost_clock(void);
void cost_add(size_t call, uint64_t from);
void cost_death(uint32_t worker, uint32_t index);
void cost_print(void);

// alive.c
void leave_alive(void); // processes with pending signals, for the audit

// canary.c
uint32_t *secret_fill(uint32_t *from, uint32_t words);
bool secret_in(uint32_t address, uint32_t words);
void secret_found(const struct actor *actor, uint32_t address, uint32_t call); // there
void check_fresh(const struct actor *actor, uint32_t variant);
void become_tenant(struct actor *actor) __attribute__((noreturn));
void check_after_exec(void) __attribute__((noreturn));
