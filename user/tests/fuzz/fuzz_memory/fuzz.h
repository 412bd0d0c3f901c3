// fuzz.h: what the files of fuzz_memory share; main.c says what the program is for.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096u

// Everything happens in two stretches of the address space: the window, and the first pages of the
// heap, which begins wherever the system put it. Both are free when the program starts.
#define WINDOW 0x20000000u
#define WINDOW_PAGES 64u
#define HEAP_PAGES 16u
#define SLOTS (WINDOW_PAGES + HEAP_PAGES) // pages of both, numbered through

// A place is an address as the log shows it, the same in every run: an offset into the window, or
// HEAP_PLACE and an offset into the heap, or any other address as it is.
#define HEAP_PLACE 0x100000u
#define OUT 0x80000000u // an address in neither that the system chose; as an argument: 0

extern uintptr_t heap_base;

uintptr_t address_of(uint32_t place);
uint32_t place_of(uintptr_t address); // OUT where it is in neither stretch

// Operations. Those of the first group need no argument from a system call's manual page.
enum op_code {
	OP_LOAD,        // place: read a word
	OP_STORE,       // place, value: write one
	OP_DIGEST,      // slot, count: hash the first and last words of pages
	OP_FILE_DIGEST, // file: its size and a hash of its contents
	OP_FORK,        // count: a child performs so many of the operations that follow
	OP_END,         // the child is done; its parent goes on
	OP_MMAP,
	OP_OLD_MMAP,
	OP_MUNMAP,
	OP_MPROTECT,
	OP_MREMAP,
	OP_MADVISE,
	OP_MSYNC,
	OP_MINCORE, // place, length, good: after a touch of each page
	OP_MLOCK,
	OP_MLOCK2,
	OP_MUNLOCK,
	OP_MLOCKALL,
	OP_MUNLOCKALL,
	OP_BRK,
	OP_STACK_LIMIT, // bytes
	OP_PATH,        // place: of a string, taken for a file's name
	OP_TRUNCATE,    // file, size
	OP_FALLOCATE,   // file, mode, position, length
	OP_PIPE_OUT,    // place, length: write from there into an empty pipe
	OP_PIPE_IN,     // place, length, pattern: read to there what a pipe holds
	OP_VM_READ,     // place, length: process_vm_readv of the process itself
	OP_VM_WRITE,    // place, length, pattern
	OP_FILE_OUT,    // place, length, file, position: write from there
	OP_FILE_IN,     // the same, read to there
	OP_COUNT,
};

#define ARGS 6

struct op {
	enum op_code code;
	uint32_t arg[ARGS];
};

// What an operation did. Only what is the same in every run: no address but as a place.
struct outcome {
	int32_t result;  // of the call: a place, a number, or -errno
	uint32_t detail; // what else there is to compare: a word, a hash
	int signo;       // the access raised this signal, with `si_code` and `si_addr`
	int si_code;
	uint32_t si_place;
	bool skipped; // not performed: its result is not determined (model_is_one_area)
};

// One kind of operation. `args` has a letter for each argument, which says how it may be spoilt:
//	a address   l length   s length that must not be huge   p protection   m flags of mmap
//	r flags of mremap   d advice   y flags of msync   k flags of mlockall   f file   o offset in pages   - leave it alone
struct op_kind {
	const char *name;
	const char *args;
	unsigned int weight;
	void (*generate)(struct op *op);
	void (*perform)(const struct op *op, struct outcome *outcome);
};

extern const struct op_kind op_kinds[OP_COUNT];

// ops.c: names, and scripts: lines of a name and hexadecimal arguments.
int op_find(const char *name, size_t length);          // an op_code, or -1
const char *op_parse(const char *text, struct op *op); // behind the line; NULL: not an operation

// generate.c: which operation comes next, and where it aims.
extern bool op_allowed[OP_COUNT];
extern bool allow_growsdown, allow_spoilt;

void random_seed(uint32_t seed);
void random_leap(void);
uint32_t random_below(uint32_t n);
bool one_in(uint32_t n);
void generate(struct op *op, uint32_t room);
void pick_range(struct op *op, uint32_t max_pages, uint32_t prot);
uint32_t pick_slot(uint32_t prot);
uint32_t pick_length(uint32_t pages);
uint32_t place_of_slot(uint32_t slot);
uint32_t stretch_end(uint32_t place);
void generate_access(struct op *op);
void generate_digest(struct op *op);
void generate_file_digest(struct op *op);

// calls.c: arguments for the calls.
void generate_mmap(struct op *op);
void generate_munmap(struct op *op);
void generate_mprotect(struct op *op);
void generate_mremap(struct op *op);
void generate_madvise(struct op *op);
void generate_msync(struct op *op);
void generate_mincore(struct op *op);
void generate_mlock(struct op *op);
void generate_mlockall(struct op *op);
void generate_stack_limit(struct op *op);
void generate_brk(struct op *op);
void generate_truncate(struct op *op);
void generate_fallocate(struct op *op);
void generate_pipe(struct op *op);
void generate_file(struct op *op);

// spoil.c: wrong and unusual arguments.
void spoil(struct op *op);
void keep_away(struct op *op);

// model.c: what is mapped where, as far as the results said.
struct slot {
	uint16_t piece; // what one call mapped has one number; 0: nothing
	uint8_t prot;
	bool grows;  // a stack: may grow downwards
	bool locked; // perhaps
};

extern struct slot slots[SLOTS];
extern uint32_t heap_size;    // bytes, as brk said
extern bool model_has_stacks; // or had

void model_reset(void);
uint32_t slot_of(uint32_t place); // SLOTS where it is in neither stretch
void model_map(uint32_t place, uint32_t len, struct slot like);
void model_unmap(uint32_t place, uint32_t len);
void model_move(uint32_t from, uint32_t to, uint32_t len, bool stays);
void model_doubt(uint32_t place, uint32_t len);
void model_protect(uint32_t place, uint32_t len, uint32_t prot);
void model_cut(uint32_t place, uint32_t len);
void model_lock(uint32_t place, uint32_t len, bool lock);
void model_lock_all(bool current, bool future);
void model_brk(uint32_t size);
void model_touched(uint32_t place);
bool model_may_be_locked(uint32_t place, uint32_t len);
bool model_is_one_area(uint32_t place, uint32_t len);

// touch.c: accesses that survive a fault.
struct fault {
	int signo;
	int si_code;
	uintptr_t address;
};

void touch_init(void);
bool try_load(uintptr_t address, uint32_t *value, struct fault *fault);
bool try_store(uintptr_t address, uint32_t value, struct fault *fault);

// files.c: the files, by number, and bytes to and from them.
enum file_number {
	FILE_A,       // a file
	FILE_A_READ,  // the same, opened for reading
	FILE_A_WRITE, // the same, opened for writing
	FILE_B,       // a memfd; where there is none, another file
	FILE_PIPE_IN,
	FILE_PIPE_OUT,
	FILE_FOLDER,
	FILE_CLOSED,
	FILES,
};

#define BUFFER_SIZE (16 * PAGE)

void files_open(void);
int file_descriptor(uint32_t number);
void perform_truncate(const struct op *op, struct outcome *outcome);
void perform_fallocate(const struct op *op, struct outcome *outcome);
void perform_pipe_out(const struct op *op, struct outcome *outcome);
void perform_pipe_in(const struct op *op, struct outcome *outcome);
void perform_vm_read(const struct op *op, struct outcome *outcome);
void perform_vm_write(const struct op *op, struct outcome *outcome);
void perform_file_out(const struct op *op, struct outcome *outcome);
void perform_file_in(const struct op *op, struct outcome *outcome);
void perform_file_digest(const struct op *op, struct outcome *outcome);

// perform.c: the calls, and digests of memory.
int32_t result_of(long result); // -errno for -1
void perform_load(const struct op *op, struct outcome *outcome);
void perform_store(const struct op *op, struct outcome *outcome);
void perform_digest(const struct op *op, struct outcome *outcome);
void perform_mmap(const struct op *op, struct outcome *outcome);
void perform_old_mmap(const struct op *op, struct outcome *outcome);
void perform_munmap(const struct op *op, struct outcome *outcome);
void perform_mprotect(const struct op *op, struct outcome *outcome);
void perform_mremap(const struct op *op, struct outcome *outcome);
void perform_madvise(const struct op *op, struct outcome *outcome);
void perform_msync(const struct op *op, struct outcome *outcome);
void perform_mincore(const struct op *op, struct outcome *outcome);
void perform_mlock(const struct op *op, struct outcome *outcome);
void perform_mlock2(const struct op *op, struct outcome *outcome);
void perform_munlock(const struct op *op, struct outcome *outcome);
void perform_mlockall(const struct op *op, struct outcome *outcome);
void perform_munlockall(const struct op *op, struct outcome *outcome);
void perform_brk(const struct op *op, struct outcome *outcome);
void perform_stack_limit(const struct op *op, struct outcome *outcome);
void perform_path(const struct op *op, struct outcome *outcome);

// log.c: what is printed.
extern bool log_all;
uint32_t hash_bytes(uint32_t hash, const void *data, size_t n);
uint32_t hash_word(uint32_t hash, uint32_t word);
void log_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_op(uint32_t number, unsigned int depth, const struct op *op, const struct outcome *outcome);
void log_checkpoint(uint32_t number, unsigned int depth);
void log_flush(void);
void fail(const char *what) __attribute__((noreturn));
