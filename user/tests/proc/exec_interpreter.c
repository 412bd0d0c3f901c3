// Programs that name an interpreter (PT_INTERP), as dynamically linked ones name ld.so.

#include "test.h"
#include <elf.h>
#include <sys/mman.h>

#define PAGE 4096u
#define PROGRAM "/tmp/program"
#define LINKER "/tmp/linker"
#define TEXT_AT 0x200u // where code lies in each file

// The interpreter: it writes a line, compares AT_BASE with the page on which it runs (its file
// begins there), and jumps to the program's own entry, as ld.so does. It needs no relocation.
__asm__(".pushsection .rodata\n"
        "linker_start:\n"
        "	mov %esp, %esi\n"
        "1:	lodsl; test %eax, %eax; jnz 1b\n" // argc and arguments, up to NULL
        "1:	lodsl; test %eax, %eax; jnz 1b\n" // the environment
        "1:	lodsl; mov %eax, %ebx; lodsl\n"   // the auxiliary vector
        "	cmp $7, %ebx; cmove %eax, %ebp\n" // AT_BASE
        "	cmp $9, %ebx; cmove %eax, %edi\n" // AT_ENTRY
        "	test %ebx, %ebx; jnz 1b\n"
        "	call 2f\n"
        "2:	pop %ecx; push %ecx; add $3f - 2b, %ecx\n"
        "	mov $4, %eax; mov $1, %ebx; mov $4f - 3f, %edx; int $0x80\n"
        "	pop %ecx; and $-4096, %ecx\n"
        "	mov $9, %ebx; mov $252, %eax\n"
        "	cmp %ecx, %ebp; jne 5f\n"
        "	jmp *%edi\n"
        "5:	int $0x80\n"
        "3:	.ascii \"the interpreter runs\\n\"\n"
        "4:\n"
        "linker_end:\n"
        // The program: it ends with status 7.
        "program_start:\n"
        "	mov $252, %eax; mov $7, %ebx; int $0x80\n"
        "program_end:\n"
        // Another: its status is the last byte of its second page.
        "tail_start:\n"
        "	mov $252, %eax; movzbl 0x08049fff, %ebx; int $0x80\n"
        "tail_end:\n"
        "	.popsection\n");
extern const char linker_start[], linker_end[], program_start[], program_end[];
extern const char tail_start[], tail_end[];

// What an ELF file looks like that make() writes.
struct file {
	int type;             // ET_EXEC, ET_DYN
	uint32_t va;          // of its one segment
	const char *linker;   // the path in PT_INTERP, or NULL
	const char *second;   // in another PT_INTERP
	uint32_t linker_size; // bytes of the path, if not its length with the NUL
	uint32_t linker_at;   // offset of the path in the file, if not where it lies
	int machine;
	uint32_t file_end, memory_end; // of the segment, if not the whole file; it is writable then
};

static uint32_t put_linker(char *bytes, Elf32_Phdr *phdr, const char *path, uint32_t at)
{
	strcpy(bytes + at, path);
	*phdr = (Elf32_Phdr){ .p_type = PT_INTERP, .p_offset = at, .p_filesz = strlen(path) + 1 };
	return at + phdr->p_filesz;
}

// Write the file at `path`: headers, one or two paths of interpreters, code at TEXT_AT.
static void make(const char *path, struct file file, const char *code, const char *code_end)
{
	static char bytes[2 * PAGE];
	Elf32_Ehdr *header = (Elf32_Ehdr *)bytes;
	Elf32_Phdr *phdr = (Elf32_Phdr *)(header + 1);
	uint32_t at = 0x100;
	int fd;

	memset(bytes, 0, sizeof(bytes));
	*header = (Elf32_Ehdr){ .e_ident = "\177ELF\1\1\1",
		                .e_type = file.type,
		                .e_machine = file.machine ? file.machine : EM_386,
		                .e_version = 1,
		                .e_entry = file.va + TEXT_AT,
		                .e_phoff = sizeof(*header),
		                .e_ehsize = sizeof(*header),
		                .e_phentsize = sizeof(*phdr) };
	if (file.linker) {
		at = put_linker(bytes, phdr, file.linker, at);
		if (file.linker_size)
			phdr->p_filesz = file.linker_size;
		if (file.linker_at)
			phdr->p_offset = file.linker_at;
		phdr++;
	}
	if (file.second)
		put_linker(bytes, phdr++, file.second, at);
	*phdr = (Elf32_Phdr){ .p_type = PT_LOAD,
		              .p_vaddr = file.va,
		              .p_filesz = sizeof(bytes),
		              .p_memsz = sizeof(bytes),
		              .p_flags = PF_R | PF_X,
		              .p_align = PAGE };
	if (file.file_end) {
		phdr->p_filesz = file.file_end;
		phdr->p_memsz = file.memory_end;
		phdr->p_flags |= PF_W;
		memset(bytes + file.file_end, 0x55, sizeof(bytes) - file.file_end);
	}
	phdr++;
	header->e_phnum = phdr - (Elf32_Phdr *)(header + 1);
	memcpy(bytes + TEXT_AT, code, code_end - code);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT, 0755);
	write(fd, bytes, sizeof(bytes));
	close(fd);
}

static void make_linker(struct file file)
{
	make(LINKER, file, linker_start, linker_end);
}

static void make_program(struct file file)
{
	make(PROGRAM, file, program_start, program_end);
}

// Execute the program in a child, and say what became of it.
static void run(const char *what)
{
	char *const argv[] = { "program", NULL }, *const envp[] = { "A=1", "B=2", NULL };
	int status;
	pid_t pid;

	say("%s: ", what);
	pid = fork_or_end();
	if (pid == 0) {
		execve(PROGRAM, argv, envp);
		say("%s\n", error_name(errno));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		say("signal %d\n", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		say("status %d\n", WEXITSTATUS(status));
}

static const struct file linker = { .type = ET_DYN },
			 program = { .type = ET_EXEC, .va = 0x08048000, .linker = LINKER };

static void try_kinds(void)
{
	struct file file = program;

	make_linker(linker);
	make_program(file);
	run("a program at a fixed address");
	file.type = ET_DYN;
	file.va = 0;
	make_program(file);
	run("a position-independent program");
	file.va = 0x10000;
	make_program(file);
	run("one whose addresses do not begin at 0");
	make_linker((struct file){ .type = ET_DYN, .va = 0x10000 });
	run("and an interpreter like that, which finds itself above AT_BASE");
	make_linker((struct file){ .type = ET_DYN, .linker = "/tmp/nosuch" });
	run("an interpreter that names another one");
	file = program;
	file.second = "/tmp/nosuch";
	make_program(file);
	run("a program that names two: the first one counts");
	file.linker = "linker";
	file.second = NULL;
	make_program(file);
	chdir("/tmp");
	run("a relative path");
	symlink(LINKER, "/tmp/link");
	file.linker = "/tmp/link";
	make_program(file);
	run("a symbolic link");
}

static void try_paths(void)
{
	struct file file = program;

	file.linker = "/tmp/nosuch";
	make_program(file);
	run("no such file");
	file.linker = "/tmp";
	make_program(file);
	run("a directory");
	file.linker = "";
	file.linker_size = 1;
	make_program(file);
	run("a path of one byte");
	file.linker_size = 2;
	make_program(file);
	run("an empty path");
	file.linker = LINKER;
	file.linker_size = strlen(LINKER);
	make_program(file);
	run("a path without its NUL");
	file.linker_size = 4097;
	make_program(file);
	run("a path of 4,097 bytes");
	file.linker_size = 0;
	file.linker_at = 2 * PAGE - 4;
	make_program(file);
	run("a path that the file cuts off");
	file.linker_at = 0xfffffff0;
	make_program(file);
	run("a path at the end of all offsets");
}

static void try_file(const char *what, const char *bytes, size_t n)
{
	int fd;

	unlink(LINKER);
	fd = open(LINKER, O_WRONLY | O_CREAT, 0755);
	write(fd, bytes, n);
	close(fd);
	run(what);
}

static void try_files(void)
{
	static const char script[128] = "#!/bin/sh\nexit 3\n", zeros[128];
	int fd;

	make_program(program);
	try_file("an empty interpreter", "", 0);
	try_file("fewer bytes than a header", zeros, sizeof(Elf32_Ehdr) - 1);
	try_file("no ELF file", zeros, sizeof(zeros));
	try_file("a script", script, sizeof(script));
	make_linker((struct file){ .type = ET_DYN, .machine = 62 /* x86_64 */ });
	run("an interpreter for another machine");
	make_linker(linker);
	truncate(LINKER, sizeof(Elf32_Ehdr) + 4);
	run("one whose program headers are cut off");
	make_linker(linker);
	chmod(LINKER, 0644);
	run("one that may not be executed");
	chmod(LINKER, 0755);
	fd = open(LINKER, O_WRONLY);
	run("one that is open for writing");
	close(fd);
	run("and closed again");
}

// ld.so allocates its first memory after its .bss, so the rest of that page must not have what the
// file has there.
static void try_tail(void)
{
	struct file file = { .type = ET_EXEC, .va = 0x08048000, .file_end = PAGE + 16 };

	file.memory_end = PAGE + 32;
	make(PROGRAM, file, tail_start, tail_end);
	run("a byte after .bss");
	say("\n");
	file.memory_end = file.file_end;
	make(PROGRAM, file, tail_start, tail_end);
	run("a byte after a segment without .bss");
}

int main(void)
{
	try_kinds();
	try_paths();
	try_files();
	try_tail();
	return 0;
}
