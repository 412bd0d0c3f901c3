// page_pattern.c: debug builds fill free pages with a pattern. Code that goes on using a freed page
// then reads junk, and a page that was written to after it was freed is found when it is handed out
// again, or at the latest when the machine ends.
#include "mem/mem_internal.h"

#ifdef DEBUG

// A free page whose memory holds the free pattern. Pages that are free since boot do not have it
// yet: page_init does not touch them.
#define PAGE_FLAG_FILLED 0x01u

void page_fill(page_t *pp)
{
	uint32_t *words = page_to_virt(pp);

	for (size_t i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = FREE_PATTERN;
	pp->flags = PAGE_FLAG_FILLED;
}

// Returns the first word of a free page that should hold the pattern and does not, or NULL.
static const uint32_t *written_word(const page_t *pp)
{
	const uint32_t *words = page_to_virt(pp);

	if (pp->flags & PAGE_FLAG_FILLED)
		for (size_t i = 0; i < PAGE_SIZE / sizeof(*words); i++)
			if (words[i] != FREE_PATTERN)
				return &words[i];
	return NULL;
}

static void __noreturn refuse_written(const page_t *pp, const uint32_t *word)
{
	panic("page %zu was written to after it was freed: %#x at %p", page_to_ppn(pp), *word,
	      (const void *)word);
}

void page_check_fill(page_t *pp)
{
	const uint32_t *word = written_word(pp);

	if (word)
		refuse_written(pp, word);
	if (!(pp->flags & PAGE_FLAG_FILLED))
		page_fill(pp);
}

void page_check_patterns(void)
{
	const uint32_t *word = NULL;
	const page_t *pp;

	spin_lock(&page_pool.lock);
	for (pp = page_pool.free.next; pp != &page_pool.free; pp = pp->next) {
		word = written_word(pp);
		if (word)
			break;
	}
	spin_unlock(&page_pool.lock);
	if (word)
		refuse_written(pp, word);
}

#else

void page_check_patterns(void)
{
}

#endif
