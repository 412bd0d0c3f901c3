// trace_mem.h: what the grader's operations of kern/mem share.
#pragma once

#include "mem/mem_internal.h"

#define TRACE_SLOTS 64
#define TRACE_NONE 0xFFFFFFFFu // reported where there is no page

// Pages that operations have stored, by number. NULL: none.
extern page_t *trace_slots[TRACE_SLOTS];

// Returns the slot with this number, which the grader chose.
static inline page_t **trace_slot(uint32_t number)
{
	return &trace_slots[number % TRACE_SLOTS];
}

// Returns true if `pp`, any value, is the address of an element of pages[], so that its fields may
// be read and changed; false for NULL.
bool trace_is_page(const page_t *pp);

// Returns the slot's page, or NULL if there is none that may be used.
static inline page_t *trace_slot_page(uint32_t number)
{
	page_t *pp = *trace_slot(number);

	return trace_is_page(pp) ? pp : NULL;
}

// Returns the address of the table that a directory's entry names, or NULL if there is none in memory.
static inline pte_t *trace_table(pde_t pde)
{
	if ((pde & (PTE_P | PTE_PS)) != PTE_P || pde >> PAGE_SHIFT >= page_total)
		return NULL;
	return phys_to_virt(PTE_ADDR(pde));
}

// Load the directory of boot/start.S, and forget all others. Before pgdir_init.
void trace_forget_directories(void);

// Returns the number of a page; TRACE_NONE for NULL; for any other address the address itself,
// which is higher than any number.
uint32_t trace_page_number(const page_t *pp);
