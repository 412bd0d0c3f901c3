// elf.h: ELF programs, and the dynamic linkers that some of them name as their interpreter.
#pragma once

#include <abi/elf.h>

#include "proc/exec.h"

struct aspace;
struct object;

// The headers of an ELF file, in the kernel's memory: a program that writes to the file meanwhile
// cannot change them after the checks.
struct elf {
	struct object *obj; // the file; borrowed: the caller keeps it as long as it uses the struct
	Elf32_Ehdr header;
	Elf32_Phdr *phdrs;
};

// Read the headers of the file `obj`, and check that this processor can run it. Yields. Returns 0
// with *elf filled in: the caller releases it with elf_free, and keeps `obj`, on which *elf has no
// reference of its own.
// With *elf undefined, and nothing to release: -ENOEXEC if the file is no ELF program (ET_EXEC,
// ET_DYN) for i386 with 1 to 2,048 program headers, if it ends within its headers, or if the thread
// must die; -ENOMEM. Segments and entry are not checked.
int elf_read(struct object *obj, struct elf *elf);
// Free the headers in *elf, which elf_read has filled. The reference on the file, elf->obj, is not
// touched: it is the caller's.
void elf_free(struct elf *elf);

// Find the path in the first PT_INTERP header. Yields. Returns 0 with a new copy in *path_store,
// which the caller frees with kfree (it may be an empty string), or with NULL there for a static
// program.
// With *path_store NULL: -ENOEXEC if the path has fewer than 2 or more than PATH_MAX bytes with its
// NUL, or no NUL as its last byte; -EIO if it does not lie in the file as a whole, or if the thread
// must die; -ENOMEM.
int elf_interpreter(const struct elf *elf, char **path_store);

// Map a program's segments into `as`, which is empty and has a layout, at the addresses in its
// headers. A program that is position-independent (ET_DYN) is moved to Linux's address for such
// programs. Notes in as->layout where code and data lie. The limits of the current thread count.
// Yields. Caller: holds no lock.
// Returns 0 with all fields of *image set as for a program without an interpreter (start = entry,
// base = 0; `end` need not be page-aligned); -ENOEXEC without a segment, or if one has more bytes
// in the file than in memory, lies outside of the program's addresses, or has an unsuitable offset
// (segments that overlap are no error: the later one counts); -ENOMEM; -EINVAL if a segment cannot
// be mapped, or if the rest of its last page cannot be cleared; -EINTR if the thread must die.
// After an error *image is undefined, and some segments may be mapped.
int elf_map(struct aspace *as, const struct elf *elf, struct exec_image *image);

// Map the segments of a program's interpreter, whose headers *elf has (elf_read), and let *image,
// which elf_map has filled for the program, begin there: changes image->start and image->base. A
// position-independent one goes where there is room; another one to its own addresses, in the place
// of what is mapped there. Yields. Caller: holds no lock. Returns 0; -ENOEXEC without a segment, or
// if one cannot lie where it must, as for elf_map; -ENOMEM, also without room; -EINVAL if a segment
// cannot be mapped, or the rest of its last page not cleared; -EINTR if the thread must die. After
// an error *image is undefined, and some segments may be mapped.
int elf_map_interpreter(struct aspace *as, const struct elf *elf, struct exec_image *image);
