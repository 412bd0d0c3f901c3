// What the files of fuzz_uffd share: one thread, the client, accesses and changes memory; the other,
// the handler, has a userfaultfd and acts only while the client sleeps or waits for an order.
#pragma once

#include "../../thread.h"
#include <linux/userfaultfd.h>
#include <sys/mman.h>

#define PAGE 4096u
#define ZONES 4
#define ZONE_PAGES 16u
#define RW (PROT_READ | PROT_WRITE)

// The memory under test, at fixed addresses. PRIVATE_FILE, SHARED and ALIAS show one memfd.
enum zone { ANONYMOUS, SHARED, ALIAS, PRIVATE_FILE };

#define ZONE_BASE(zone) (0x30000000u + (zone)*2 * ZONE_PAGES * PAGE)
#define STASH 0x31000000u // private memory that the handler moves pages from
#define STASH_PAGES 4u

// What the client performs.
enum order {
	LOAD,
	STORE,
	KERNEL_LOAD,
	KERNEL_STORE,
	UNMAP,
	MAP,
	DONT_NEED,
	REMOVE,
	PROTECT,
	FORK,
	MOVE_MAPPING,
	TRUNCATE,
	ORDERS,
	END = ORDERS,
};

struct command {
	enum order order;
	enum zone zone;
	uint32_t page, pages; // in the zone
	uint32_t value;       // a byte to store; an offset in the page; a protection; a target page
	long result;
};

extern struct command command;
extern int memfd, done_pipe[2]; // a byte arrives in done_pipe[0] when an order has been performed
extern int go_pipe[2];          // a forked child waits for a byte before it looks at its memory,
extern int look_pipe[2];        // and sends what it sees: for each page a byte, or minus a signal

// Make the memory, and start the client.
void client_start(void);

// Let the client perform `command`.
void client_order(void);

// Map the pages [page, page + pages) of a zone anew.
long map_zone(enum zone zone, uint32_t page, uint32_t pages);

// A range of pages of a zone.
struct range {
	enum zone zone;
	uint32_t page, pages;
};

extern uint32_t state;                   // of the generator
extern int fd;                           // the userfaultfd
extern bool may_move;                    // UFFDIO_MOVE is among the requests
extern uint8_t modes[ZONES][ZONE_PAGES]; // UFFDIO_REGISTER_MODE_ bits of each page

// Add a line to the hash, and print it with -v.
void line(const char *format, ...);

// Make the sources of copies. Once.
void requests_init(void);

// Perform a request of the userfaultfd. Returns 0 or -errno.
int request(unsigned long number, void *arg);

// The pages of `range` are registered for `mode` now, or for nothing.
void note_modes(struct range range, uint8_t mode);

void do_register(struct range range);
void do_unregister(struct range range);

// One of the requests that fill or change entries. Returns true if it woke the pages' sleepers.
bool any_fill(struct range range);

// Respond to a fault until its thread has been woken: mostly by the request that is made for it.
// `times`: how many responses the access has had already.
void respond(struct range range, uint64_t flags, int times);

static inline uintptr_t address_of(enum zone zone, uint32_t page)
{
	return ZONE_BASE(zone) + page * PAGE;
}

// random.c of a few lines: a generator that is the same everywhere.
static inline uint32_t below(uint32_t *state, uint32_t n)
{
	*state = *state * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(*state >> 8) * n >> 24);
}

static inline bool one_in(uint32_t *state, uint32_t n)
{
	return below(state, n) == 0;
}
