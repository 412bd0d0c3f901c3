// procfs_pages.c: how many pages of each kind there are, for other files; and /proc/kpageflags: 64
// bits for each physical page (Linux: Documentation/admin-guide/mm/pagemap.rst), so that programs can
// draw what memory is used for.
#include "procfs/procfs.h"

#include "fs/uio.h"
#include "mem/large_pool.h"
#include "mem/page.h"
#include "thread/yield.h"
#include <abi/pageflags.h>
#include <abi/stat.h>

#define WORDS 64     // words in one piece
#define WORD_COST 50 // about how many instructions it takes to make a word

#define COUNT_PIECE 4096 // pages to count between two checks of the time
#define COUNT_COST 10    // about how many instructions it takes to count a page

void procfs_count_pages(size_t counts[PAGE_KINDS])
{
	assert_no_lock();
	memset(counts, 0, PAGE_KINDS * sizeof(*counts));
	for (size_t first = 0; first < page_total; first += COUNT_PIECE) {
		page_count_kinds(first, first + COUNT_PIECE, counts);
		(void)yield_after(COUNT_PIECE * COUNT_COST);
	}
}

// The words are made in small pieces on the stack, because no user memory may be touched while
// `fill` holds locks. EINVAL for odd positions and lengths is what Linux's kpageflags_read
// returns.
ssize_t procfs_read_words(struct uio *uio, uint64_t *pos, size_t total, procfs_fill_fn fill,
                          void *arg)
{
	size_t first = (size_t)MIN(*pos / sizeof(uint64_t), (uint64_t)total), done = 0;
	uint64_t words[WORDS];

	assert_no_lock();
	if (*pos % sizeof(*words) || uio->left % sizeof(*words))
		return -EINVAL;
	while (uio->left && first < total) {
		size_t n = MIN(MIN(uio->left / sizeof(*words), (size_t)WORDS), total - first),
		       copied;

		fill(words, first, n, arg);
		copied = uio_copyout(uio, words, n * sizeof(*words));
		done += copied;
		first += n;
		if (copied < n * sizeof(*words) || yield_after(n * WORD_COST))
			break;
	}
	*pos += done;
	return uio->left && first < total && !done ? -EFAULT : (ssize_t)done;
}

#define FLAG(bit) (1ull << (bit))

// Returns the flags of each part of a large page. Without references it lies in the pool.
// `owner` is the object that has it; a page without one is private memory.
static uint64_t large_flags(const page_t *head)
{
	if (head->count == 0)
		return FLAG(KPF_HUGE);
	return FLAG(KPF_HUGE) | FLAG(KPF_UPTODATE) |
	       (head->owner ? 0 : FLAG(KPF_MMAP) | FLAG(KPF_ANON));
}

// Returns the flags of a page: those that Linux would show for a page of this kind. Files count
// as files of a tmpfs. Linux has no flag for kernel stacks, so they show none.
static uint64_t page_flags(const page_t *pp)
{
	switch (pp->kind) {
	case PAGE_FREE:
		return FLAG(KPF_BUDDY);
	case PAGE_RESERVED:
		return FLAG(KPF_RESERVED);
	case PAGE_TABLE:
	case PAGE_DIRECTORY:
		return FLAG(KPF_PGTABLE);
	case PAGE_HEAP:
		return FLAG(KPF_SLAB);
	case PAGE_ANONYMOUS:
		if (pp == zero_page)
			return FLAG(KPF_ZERO_PAGE);
		return FLAG(KPF_UPTODATE) | FLAG(KPF_MMAP) | FLAG(KPF_ANON) | FLAG(KPF_SWAPBACKED);
	case PAGE_OBJECT:
		return FLAG(KPF_UPTODATE) | FLAG(KPF_SWAPBACKED) |
		       (pp->count > 1 ? FLAG(KPF_MMAP) : 0);
	case PAGE_LARGE:
		return large_flags(page_head((page_t *)pp));
	default:
		return 0;
	}
}

// Make words of /proc/kpageflags (procfs_fill_fn).
static void fill_flags(uint64_t *words, size_t first, size_t n, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < n; i++)
		words[i] = page_flags(&pages[first + i]);
}

// procfs_file.read of /proc/kpageflags.
static ssize_t read_flags(pid_t pid, struct uio *uio, uint64_t *pos)
{
	(void)pid;
	return procfs_read_words(uio, pos, page_total, fill_flags, NULL);
}

void procfs_pages_init(void)
{
	static struct procfs_file file = { .name = "kpageflags",
		                           .mode = S_IFREG | 0400,
		                           .read = read_flags };

	procfs_register(&file);
}
