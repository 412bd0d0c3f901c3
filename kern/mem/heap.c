// heap.c: kmalloc. There are eight size classes, from 16 to 2,048 bytes; a page is cut into blocks
// of one class. Larger requests get whole pages. The free blocks of a page form a list through the
// blocks themselves, which starts at page_t.owner. page_t.index counts the blocks in use, and
// page_t.flags names the class. A block is taken from the first page on its class's list of pages
// with free blocks.
#include "mem/heap.h"

#include "mem/mem_internal.h"

#define CLASSES 8u
#define CLASS_MIN 16u // bytes of a block in class 0; each next class doubles them
#define BLOCK_MAX 2048u

// In page_t.flags, for requests of whole pages: the first page, whose index says how many pages
// there are; and the other pages.
#define CLASS_PAGES CLASSES
#define CLASS_TAIL (CLASSES + 1)

_Static_assert(CLASSES == CACHE_HEAP_LAST - CACHE_HEAP + 1, "a cache for each class");

// A free block. The first free block of a page also links the page into its class's list: a page
// needs no memory of its own for this.
struct block {
	struct block *next; // the next free block of the page
	page_t *page_next, *page_prev;
};

static struct spinlock heap_lock = SPINLOCK_INIT("heap", RANK_HEAP);

// For each class, the pages with both free blocks and blocks in use. [heap_lock]
static page_t *partial[CLASSES];
static size_t pages_held; // [heap_lock] how many pages have blocks in use

static inline struct block *first_block(const page_t *pp)
{
	return pp->owner;
}

// Returns the class for `n` bytes: 0 for 1 to 16, 1 for up to 32, and so on. The highest bit of n
// - 1 decides.
static inline unsigned int class_of(size_t n)
{
	return ((unsigned int)__builtin_clz((n - 1) | 15) ^ 31) - 3;
}

static inline size_t class_size(unsigned int size_class)
{
	return (size_t)CLASS_MIN << size_class;
}

#ifdef DEBUG

#define NEW_PATTERN 0xA110CA7Eu // what debug builds write into a new block

static uint32_t *debug_words(struct block *block)
{
	return (uint32_t *)(block + 1);
}

static size_t debug_word_count(unsigned int size_class)
{
	return (class_size(size_class) - sizeof(struct block)) / sizeof(uint32_t);
}

// Fill the bytes of a free block after its links: code that still reads them sees junk, and code
// that still writes to them is found.
static void debug_fill_free(struct block *block, unsigned int size_class)
{
	for (size_t i = 0; i < debug_word_count(size_class); i++)
		debug_words(block)[i] = FREE_PATTERN;
}

// Check that nobody has written to a block since it was freed. Then fill it, so that its new owner
// cannot rely on old contents.
static void debug_fill_new(struct block *block, unsigned int size_class)
{
	for (size_t i = 0; i < debug_word_count(size_class); i++)
		if (debug_words(block)[i] != FREE_PATTERN)
			panic("kmalloc: block %p was written to after it was freed: %#x at %p",
			      (void *)block, debug_words(block)[i], (void *)&debug_words(block)[i]);
	for (size_t i = 0; i < class_size(size_class) / sizeof(uint32_t); i++)
		((uint32_t *)block)[i] = NEW_PATTERN;
}

// Panic unless `p` is a block of page `pp` and in use.
static void debug_check_in_use(const void *p, const page_t *pp)
{
	if ((uintptr_t)p % class_size(pp->flags))
		panic("kfree: %p lies inside a block of %zu bytes", p, class_size(pp->flags));
	for (const struct block *block = first_block(pp); block; block = block->next)
		if (block == p)
			panic("kfree: %p is free already", p);
}

#else

static inline void debug_fill_free(struct block *block, unsigned int size_class)
{
	(void)block;
	(void)size_class;
}

static inline void debug_fill_new(struct block *block, unsigned int size_class)
{
	(void)block;
	(void)size_class;
}

static inline void debug_check_in_use(const void *p, const page_t *pp)
{
	(void)p;
	(void)pp;
}

#endif

// Put a page at the front of its class's list.
static void list_page(page_t *pp, unsigned int size_class)
{
	page_t *next = partial[size_class];

	first_block(pp)->page_next = next;
	if (next)
		first_block(next)->page_prev = pp;
	partial[size_class] = pp;
}

// Take a page off its class's list. The first page's page_prev is never looked at.
static void unlist_page(page_t *pp, unsigned int size_class)
{
	page_t *next = first_block(pp)->page_next, *prev = first_block(pp)->page_prev;

	if (partial[size_class] == pp) {
		partial[size_class] = next;
		return;
	}
	first_block(prev)->page_next = next;
	if (next)
		first_block(next)->page_prev = prev;
}

// Cut a page into free blocks, linked in address order.
static void cut_page(page_t *pp, unsigned int size_class)
{
	char *start = page_to_virt(pp);
	struct block *next = NULL;

	for (size_t offset = PAGE_SIZE; offset > 0;) {
		offset -= class_size(size_class);
		struct block *block = (struct block *)(start + offset);

		block->next = next;
		debug_fill_free(block, size_class);
		next = block;
	}
	pp->owner = next;
	pp->index = 0;
	pp->kind = PAGE_HEAP;
	pp->flags = (uint8_t)size_class;
}

// Put a page on the empty list of a class: the cached page of this class, or a new one. Returns
// NULL if out of memory. Caller: holds heap_lock.
static page_t *add_page(unsigned int size_class)
{
	page_t *pp = page_cache_get(CACHE_HEAP + size_class);

	assert_spin_held(&heap_lock);
	if (!pp) {
		if (page_alloc(&pp))
			return NULL;
		cut_page(pp, size_class);
	}
	pp->count = 1;
	pages_held++;
	list_page(pp, size_class);
	return pp;
}

// kmalloc for more than BLOCK_MAX bytes: whole pages.
static __noinline void *alloc_pages(size_t n)
{
	size_t count = (n + PAGE_SIZE - 1) >> PAGE_SHIFT;
	page_t *pp;

	if (n > KMALLOC_MAX || (count == 1 ? page_alloc(&pp) : page_alloc_contig(&pp, count)))
		return NULL;
	for (page_t *each = pp; each < pp + count; each++) {
		each->kind = PAGE_HEAP;
		each->flags = CLASS_TAIL;
		each->count = 1;
	}
	pp->flags = CLASS_PAGES;
	pp->index = count;
	spin_lock(&heap_lock);
	pages_held += count;
	spin_unlock(&heap_lock);
	return page_to_virt(pp);
}

// kfree of an address that is no block of a class: whole pages, or a mistake of the caller.
static __noinline void free_pages(void *p, page_t *pp)
{
	size_t count = pp->index;

	if (pp->kind != PAGE_HEAP)
		panic("kfree: %p is not the heap's", p);
	if (pp->flags != CLASS_PAGES || (uintptr_t)p % PAGE_SIZE)
		panic("kfree: %p lies inside a block of whole pages", p);
	for (page_t *each = pp; each < pp + count; each++)
		each->count = 0;
	spin_lock(&heap_lock);
	pages_held -= count;
	spin_unlock(&heap_lock);
	if (count == 1)
		page_free(pp);
	else
		page_free_contig(pp, count);
}

// Take the first free block of a page, which is the first on its class's list. The page's links
// move to the next free block; without one the page leaves the list.
static inline struct block *take_block(page_t *pp, unsigned int size_class)
{
	struct block *block = first_block(pp);

	pp->owner = block->next;
	pp->index++;
	if (likely(block->next))
		block->next->page_next = block->page_next;
	else
		partial[size_class] = block->page_next;
	return block;
}

// kmalloc if the list of the class is empty. Caller: holds heap_lock, which is released.
static __noinline void *alloc_from_new_page(unsigned int size_class)
{
	page_t *pp = add_page(size_class);
	struct block *block = pp ? take_block(pp, size_class) : NULL;

	assert_spin_held(&heap_lock);
	spin_unlock(&heap_lock);
	if (block)
		debug_fill_new(block, size_class);
	return block;
}

void *kmalloc(size_t n)
{
	unsigned int size_class;
	struct block *block;
	page_t *pp;

	if (mem_should_fail())
		return NULL;
	if (unlikely(n - 1 >= BLOCK_MAX))
		return n ? alloc_pages(n) : NULL;
	size_class = class_of(n);
	spin_lock(&heap_lock);
	pp = partial[size_class];
	if (unlikely(!pp))
		return alloc_from_new_page(size_class);
	block = take_block(pp, size_class);
	spin_unlock(&heap_lock);
	debug_fill_new(block, size_class);
	return block;
}

// The last step of kfree if the page was full: it goes back on its list. Caller: holds heap_lock,
// which is released.
static __noinline void relist_page(page_t *pp)
{
	assert_spin_held(&heap_lock);
	list_page(pp, pp->flags);
	spin_unlock(&heap_lock);
}

// The last step of kfree if the page has no block in use any more: it leaves the heap. Caller:
// holds heap_lock, which is released.
static __noinline void retire_page(page_t *pp)
{
	assert_spin_held(&heap_lock);
	unlist_page(pp, pp->flags);
	pp->count = 0;
	pages_held--;
	page_cache_put(CACHE_HEAP + pp->flags, pp);
	spin_unlock(&heap_lock);
}

// The freed block becomes the page's first free block, so it takes over the page's links from the
// one that was first.
void kfree(void *p)
{
	struct block *block = p, *next;
	page_t *pp;

	if (!p)
		return;
	pp = virt_to_page(p);
	if (unlikely(pp->kind != PAGE_HEAP || pp->flags >= CLASSES)) {
		free_pages(p, pp);
		return;
	}
	debug_check_in_use(p, pp);
	debug_fill_free(block, pp->flags);
	spin_lock(&heap_lock);
	next = first_block(pp);
	block->next = next;
	pp->owner = block;
	pp->index--;
	if (unlikely(!next)) {
		relist_page(pp);
		return;
	}
	block->page_next = next->page_next;
	block->page_prev = next->page_prev;
	if (unlikely(pp->index == 0)) {
		retire_page(pp);
		return;
	}
	spin_unlock(&heap_lock);
}

void *kzalloc(size_t n)
{
	void *p = kmalloc(n);

	if (p)
		memset(p, 0, n);
	return p;
}

char *kstrdup(const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = kmalloc(size);

	if (copy)
		memcpy(copy, s, size);
	return copy;
}

size_t heap_pages(void)
{
	return pages_held;
}

// Returns a description of what is wrong with a page on its class's list, or NULL.
static const char *heap_page_fault(const page_t *pp, unsigned int size_class)
{
	size_t free = 0, blocks = PAGE_SIZE / class_size(size_class);

	if (pp->kind != PAGE_HEAP || pp->flags != size_class || pp->count != 1)
		return "a page on the list is not a heap page of this size";
	for (const struct block *block = first_block(pp); block; block = block->next) {
		if (ROUND_DOWN((uintptr_t)block, PAGE_SIZE) != (uintptr_t)page_to_virt(pp) ||
		    (uintptr_t)block % class_size(size_class))
			return "a page's free list leads out of it";
		if (++free > blocks)
			return "a page has more free blocks than blocks";
	}
	if (free == 0 || pp->index == 0)
		return "a full or an empty page is on the list";
	return free + pp->index != blocks ? "a page's blocks in use are miscounted" : NULL;
}

void heap_check(void)
{
	const char *fault = NULL;
	const page_t *pp = NULL, *before;
	unsigned int size_class;

	spin_lock(&heap_lock);
	for (size_class = 0; size_class < CLASSES && !fault; size_class++) {
		before = NULL;
		for (pp = partial[size_class]; pp && !fault;
		     before = pp, pp = first_block(pp)->page_next) {
			fault = heap_page_fault(pp, size_class);
			if (!fault && before && first_block(pp)->page_prev != before)
				fault = "a page's links do not agree";
		}
	}
	spin_unlock(&heap_lock);
	if (fault)
		panic("heap_check: %s (blocks of %zu bytes)", fault, class_size(size_class - 1));
}
