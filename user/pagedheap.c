// pagedheap [PAGES]: a heap whose pages lie compressed in a file until the program touches them.
//
// The parent is the program: it reads its heap here and there. The child has the descriptor: for
// each fault it expands one page of the file. So the kernel's page fault becomes a message, and a
// program decides where memory comes from, as in a database, an emulator, or a language's run time.

#include "faults.h"

#define FILE_NAME "/tmp/pagedheap"
#define COMPRESSED_MAX (2 * PAGE) // bytes; runs of one byte each are the worst

// Compress a page: runs of at most 255 equal bytes, each as its length and the byte. Returns the
// number of bytes.
static size_t compress(const char *page, char *to)
{
	size_t size = 0;

	for (size_t i = 0, run; i < PAGE; i += run) {
		for (run = 1; i + run < PAGE && run < 255 && page[i + run] == page[i];)
			run++;
		to[size++] = (char)run;
		to[size++] = page[i];
	}
	return size;
}

static void expand(const char *from, char *page)
{
	for (size_t i = 0, run; i < PAGE; i += run, from += 2) {
		run = (unsigned char)from[0];
		memset(page + i, from[1], run);
	}
}

// Write the heap's file; where each page begins in it into starts[]. Returns the descriptor.
static int write_file(unsigned int pages, off_t *starts)
{
	int file = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char page[PAGE], compressed[COMPRESSED_MAX];
	off_t at = 0;

	must(file >= 0, FILE_NAME);
	unlink(FILE_NAME);
	for (unsigned int n = 0; n < pages; n++) {
		size_t size;

		write_page(page, n);
		size = compress(page, compressed);
		must(write(file, compressed, size) == (ssize_t)size, FILE_NAME);
		starts[n] = at;
		at += (off_t)size;
	}
	printf("%u KiB of heap in %u KiB of file\n", pages * PAGE / 1024, (unsigned int)at / 1024);
	fflush(stdout);
	return file;
}

// The handler: answer each fault from the file, until every page is there.
static void handle(int fd, const char *heap, unsigned int pages, int file, const off_t *starts)
{
	char page[PAGE], compressed[COMPRESSED_MAX];

	for (unsigned int done = 0; done < pages;) {
		long n = next_fault(fd, heap, -1);

		must(pread(file, compressed, sizeof(compressed), starts[n]) > 0, FILE_NAME);
		expand(compressed, page);
		done += supply(fd, heap + n * PAGE, page);
		progress("expanded", done, pages, done);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	unsigned int pages = argc > 1 ? (unsigned int)atoi(argv[1]) : 64, wrong = 0;
	off_t *starts = calloc(pages, sizeof(*starts));
	char *heap = memory(pages);
	int file, fd, status;

	must(pages > 0 && starts != NULL, "calloc");
	file = write_file(pages, starts);
	fd = faults_of(heap, pages, UFFDIO_REGISTER_MODE_MISSING, 0);
	switch (fork()) {
	case -1:
		must(false, "fork");
		break;
	case 0:
		handle(fd, heap, pages, file, starts);
	}
	for (unsigned int i = 0; i < pages; i++) {
		unsigned int n = i % 2 ? i : pages - 1 - i / 2 * 2; // from both ends

		wrong += n < pages && !is_right(heap + n * PAGE, n);
	}
	for (unsigned int n = 0; n < pages; n++)
		wrong += !is_right(heap + n * PAGE, n);
	wait(&status);
	printf("%u pages are wrong\n", wrong);
	return wrong != 0 || status != 0;
}
