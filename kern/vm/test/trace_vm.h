// trace_vm.h: what the grader's operations of kern/vm share.
#pragma once

#include "vm/aspace.h"

#define NOT_STORED 0xDEADBEEFu // in what a function should store

#define TRACE_SPACES 3 // their numbers are less

// Returns the space with this number, which the grader chose; NULL if there is none.
struct aspace *trace_space(uint32_t number);

// Returns the page that is mapped at `va`, any number; NULL if none is present, or from ULIM on.
// Reads the tables by code of its own, without a lock.
page_t *trace_mapped(const struct aspace *as, uintptr_t va);

// Let the hooks of the fault handler only note that they were called: no signal is sent, and nobody
// waits for memory.
void trace_catch_faults(void);

// Note how many pins the pages have: `rest` reports only those that come later.
void trace_note_pins(void);

struct area_ops;

// The grader's backend.
extern const struct area_ops trace_backend;
