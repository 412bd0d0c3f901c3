// elf.c: mapping an ELF program. The headers are a program's data, so every value in them is
// checked before it is used.
#include <abi/elf.h>

#include "mem/heap.h"
#include "proc/exec.h"
#include "thread/why.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include <abi/mman.h>

#define PHDRS_MAX 2048 // Linux's limit: 64 KiB of headers
#define PIE_BASE \
	0x56555000u // Linux's address for position-independent programs, without randomisation
#define RESIDENT_MAX (64u << 10) // bytes of a segment that are mapped before they are touched

// Returns true if this is the header of a program for this processor.
static bool header_ok(const Elf32_Ehdr *header)
{
	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
	       header->e_ident[EI_CLASS] == ELFCLASS32 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
	       (header->e_type == ET_EXEC || header->e_type == ET_DYN) &&
	       (header->e_machine == EM_386 || header->e_machine == EM_486) &&
	       header->e_phentsize == sizeof(Elf32_Phdr) && header->e_phnum > 0 &&
	       header->e_phnum <= PHDRS_MAX;
}

// Returns the protection of the area that a segment becomes.
static int prot_of(const Elf32_Phdr *phdr)
{
	return (phdr->p_flags & PF_R ? PROT_READ : 0) | (phdr->p_flags & PF_W ? PROT_WRITE : 0) |
	       (phdr->p_flags & PF_X ? PROT_EXEC : 0);
}

// Segments must end below this address, since the stack may grow down to it.
#define SEGMENT_TOP (ULIM - STACK_LIMIT - STACK_GUARD)

// Returns true if a segment lies below the stack, and its part of the file can be mapped at its
// address: a mapping can only move whole pages.
static bool segment_ok(const Elf32_Phdr *phdr, uintptr_t bias)
{
	uintptr_t va = phdr->p_vaddr + bias;

	return phdr->p_filesz <= phdr->p_memsz && va >= USER_MIN && va <= SEGMENT_TOP &&
	       phdr->p_memsz <= SEGMENT_TOP - va &&
	       (!phdr->p_filesz || va % PAGE_SIZE == phdr->p_offset % PAGE_SIZE);
}

// Map a segment's part of the file, from the start of its first page. The first pages are entered
// in the page table at once, because nearly every program touches them: that saves their faults.
static int map_file_part(struct aspace *as, struct object *obj, const Elf32_Phdr *phdr, uintptr_t va)
{
	size_t before = va % PAGE_SIZE;
	struct map_request request = {
		.va = va - before,
		.len = phdr->p_filesz + before,
		.prot = (uint8_t)prot_of(phdr),
		.fixed = true,
		.object = obj,
		.offset = phdr->p_offset - before,
	};
	int error = aspace_map(as, &request, &va);

	if (!error)
		aspace_map_resident(as, va, MIN(ROUND_UP(request.len, PAGE_SIZE), RESIDENT_MAX));
	return error;
}

// Clear the rest of the page from `va` on, at most up to `end`, through the linear map. Returns 0;
// -ENOMEM; -EINVAL if the program could not write there.
static int clear_tail(struct aspace *as, uintptr_t va, uintptr_t end)
{
	size_t at = va % PAGE_SIZE;
	page_t *pp;
	int error = aspace_pin_page(as, va, ACCESS_WRITE, &pp);

	if (error)
		return error == -ENOMEM ? error : -EINVAL;
	memset((char *)page_to_virt(pp) + at, 0, MIN(PAGE_SIZE - at, end - va));
	page_unpin(pp);
	return 0;
}

// Make the memory of a segment after its part of the file zero: clear the rest of the last page,
// and map anonymous pages for the rest (this is where .bss lies).
static int map_zero_part(struct aspace *as, const Elf32_Phdr *phdr, uintptr_t start, uintptr_t end)
{
	uintptr_t pages = ROUND_UP(start, PAGE_SIZE);
	struct map_request request = {
		.va = pages,
		.len = end - pages,
		.prot = (uint8_t)prot_of(phdr),
		.fixed = true,
	};
	int error = 0;

	if (phdr->p_filesz && (phdr->p_flags & PF_W) && start % PAGE_SIZE)
		error = clear_tail(as, start, end);
	return !error && end > pages ? aspace_map(as, &request, &pages) : error;
}

// Map one PT_LOAD segment, `bias` bytes above the address in its header.
static int map_segment(struct aspace *as, struct object *obj, const Elf32_Phdr *phdr, uintptr_t bias)
{
	uintptr_t va = phdr->p_vaddr + bias;
	int error = 0;

	if (!segment_ok(phdr, bias))
		return WHY(-ENOEXEC,
		           "the segment at %#x, %#x bytes of memory, cannot be mapped there",
		           phdr->p_vaddr + bias, phdr->p_memsz);
	if (phdr->p_filesz)
		error = map_file_part(as, obj, phdr, va);
	else
		va = ROUND_DOWN(va, PAGE_SIZE);
	if (!error && phdr->p_memsz > phdr->p_filesz)
		error = map_zero_part(as, phdr, va + phdr->p_filesz,
		                      phdr->p_vaddr + bias + phdr->p_memsz);
	return error;
}

// Map all segments and fill *image. A position-independent program (ET_DYN) is moved to PIE_BASE.
// Fails for PT_INTERP: there is no dynamic linker. The address of the program headers is found by
// the segment that contains them in the file; programs read them through AT_PHDR.
static int map_all(struct aspace *as, struct object *obj, const Elf32_Ehdr *header,
                   const Elf32_Phdr *phdrs, struct exec_image *image)
{
	uintptr_t bias = header->e_type == ET_DYN ? PIE_BASE : 0;
	int error = 0;

	*image = (struct exec_image){
		.entry = header->e_entry + bias,
		.phnum = header->e_phnum,
		.stack_executable = true,
	};
	for (unsigned int i = 0; i < header->e_phnum && !error; i++) {
		const Elf32_Phdr *phdr = &phdrs[i];

		if (phdr->p_type == PT_INTERP)
			error = WHY(-ENOENT,
			            "the program is not static: it names a loader (PT_INTERP)");
		if (phdr->p_type == PT_GNU_STACK)
			image->stack_executable = phdr->p_flags & PF_X;
		if (phdr->p_type != PT_LOAD || phdr->p_memsz == 0 || error)
			continue;
		error = map_segment(as, obj, phdr, bias);
		image->end = MAX(image->end, phdr->p_vaddr + bias + phdr->p_memsz);
		if (header->e_phoff >= phdr->p_offset &&
		    header->e_phoff - phdr->p_offset < phdr->p_filesz)
			image->phdr = header->e_phoff - phdr->p_offset + phdr->p_vaddr + bias;
	}
	if (!error && image->end == 0)
		return WHY(-ENOEXEC, "the program has no segment to load");
	return error;
}

// The headers are read into the kernel's memory first: a program that writes to its file meanwhile
// must not change them after the checks.
int elf_load(struct aspace *as, struct object *obj, struct exec_image *image)
{
	Elf32_Ehdr header;
	Elf32_Phdr *phdrs;
	size_t size;
	ssize_t n = object_read(obj, 0, &header, sizeof(header));
	int error;

	if (n < 0)
		return (int)n;
	if (n != sizeof(header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return WHY(-ENOEXEC, "the file has no ELF header");
	if (!header_ok(&header))
		return WHY(-ENOEXEC,
		           "not a program for an i386: class %u, type %u, machine %u, %u program "
		           "headers of %u bytes",
		           header.e_ident[EI_CLASS], header.e_type, header.e_machine,
		           header.e_phnum, header.e_phentsize);
	size = header.e_phnum * sizeof(*phdrs);
	phdrs = kmalloc(size);
	if (!phdrs)
		return -ENOMEM;
	n = object_read(obj, header.e_phoff, phdrs, size);
	error = n == (ssize_t)size ? map_all(as, obj, &header, phdrs, image) :
	        n < 0              ? (int)n :
	                             WHY(-ENOEXEC, "the file ends before its program headers do");
	kfree(phdrs);
	return error;
}
