// exec.c: a new program in an old process. The new address space is complete before the old one is
// given up. So until then every error leaves the old program as it was: decide, then commit.
#include "proc/exec.h"

#include "cpu/x86.h"
#include "debug/notice.h"
#include "fs/fdtable.h"
#include "fs/path.h"
#include "fs/permission.h"
#include "mem/heap.h"
#include "proc/elf.h"
#include "proc/futex.h"
#include "proc/posix_timer.h"
#include "proc/process.h"
#include "proc/ptrace.h"
#include "proc/thread_group.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include <abi/fcntl.h>

#define THREAD_NAME sizeof(thread_current()->name)
#define SCRIPTS_MAX 5 // how often a script's interpreter may be a script again

// Find the file that *program names, without a check. Stores a new reference. Returns 0 or -errno.
static int look_up(const struct exec_program *program, struct inode **store)
{
	int error;

	if ((program->flags & AT_EMPTY_PATH) && !program->path[0]) {
		if (!program->start)
			return WHY(-EACCES, "the current directory is no program");
		*store = inode_get(program->start->inode);
		return 0;
	}
	error = path_lookup(thread_current()->fs_context, program->start, program->path,
	                    WALK_EXEC | (program->flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW),
	                    store);
	if (!error && inode_is(*store, S_IFLNK)) {
		inode_put(*store);
		error = WHY(-ELOOP, "%s is a symbolic link", program->path);
	}
	return error;
}

// Find the file of *program and check that it may be executed. Returns 0 with a new reference in
// *store, and the file closed to writers until put_program; -ETXTBSY if it is open for writing;
// another -errno.
static int find_program(const struct exec_program *program, struct inode **store)
{
	const char *path = program->path;
	int error = look_up(program, store);

	if (error)
		return error;
	if (inode_is(*store, S_IFREG) && (*store)->object)
		error = WHY(inode_permission(*store, X_OK), "%s has no execute permission", path);
	else
		error = WHY(-EACCES, "%s is no regular file", path);
	if (!error)
		error = WHY(object_deny_writes((*store)->object), "%s is open for writing", path);
	if (error)
		inode_put(*store);
	else
		inode_accessed(*store);
	return error;
}

// Open the file to writers again, and drop the reference.
static void put_program(struct inode *inode)
{
	object_allow_writes(inode->object);
	inode_put(inode);
}

// Fill `frame` with the registers with which a program starts (System V ABI, Intel386 supplement,
// 3-27). All others are 0, so that nothing of the kernel or the old program is visible. `call`: the number
// of the system call that starts it, for a tracer; 0: the kernel does.
static void start_registers(struct trapframe *frame, uint32_t call, uintptr_t entry, uintptr_t sp)
{
	memset(frame, 0, sizeof(*frame));
	frame->err = call;
	frame->eip = entry;
	frame->cs = USER_CS;
	frame->eflags = EFLAGS_FIXED | EFLAGS_IF;
	frame->esp = sp;
	frame->ss = frame->ds = frame->es = USER_DS;
	frame->trapno = TRAP_SYSCALL;
}

// Store the name that thread and process will have in name[THREAD_NAME]: the last part of the
// program's path, or the file's own name if the path is empty. Zeroes fill the rest: programs see
// all of it (PR_GET_NAME).
static void choose_name(char *name, struct inode *inode, const struct exec_program *program)
{
	const char *path = program->path, *slash = strrchr(path, '/');

	memset(name, 0, THREAD_NAME);
	strlcpy(name, slash ? slash + 1 : path, THREAD_NAME);
	if (*path)
		return;
	mutex_lock(&tree_lock);
	if (!list_empty(&inode->names))
		strlcpy(name, list_first(&inode->names, struct entry, alias)->text, THREAD_NAME);
	tree_unlock();
}

// Give the thread its own table of descriptors, if it shares one (CLONE_FILES): the new program's
// descriptors must not change for the others. Returns 0 or -ENOMEM.
static int unshare_files(struct thread *thread)
{
	struct fdtable *shared = thread->files, *own;

	if (shared->refs == 1)
		return 0;
	own = fdtable_copy(shared);
	if (!own)
		return -ENOMEM;
	thread_set_files(thread, own, NULL);
	return 0;
}

// Do what can fail to the process itself. Once its other threads have ended, the old program cannot
// go on, so a failure after that kills the process, as on Linux. Returns 0 or -errno.
static int prepare_process(struct thread *thread)
{
	struct process *process = thread->process;
	bool several = process->thread_count > 1;
	int error = group_become_only();

	if (error)
		return error;
	error = signal_exec_prepare(&process->signals);
	if (!error)
		error = unshare_files(thread);
	if (error && several)
		thread_interrupt(thread, WORK_KILL | WORK_SIGNAL);
	return error;
}

// Switch to the new program. Nothing here can fail. futex_thread_leaves and usage_space_ends come
// first, because both need the old space, which aspace_switch_to drops. Nobody but root may look
// into a program that has another user's privileges.
static void become(struct aspace *as, const char *name, const struct exec_image *image,
                   uintptr_t sp, struct credentials *credentials)
{
	struct thread *thread = thread_current();
	struct process *process = thread->process;
	uint32_t call = thread->aspace ? thread_user_frame(thread)->err : 0;

	as->brk_start = as->brk = ROUND_UP(image->end, PAGE_SIZE);
	futex_thread_leaves();
	posix_timers_end(process);
	usage_space_ends(process);
	process_set_aspace(process, as);
	aspace_switch_to(as);
	vfork_done();
	fdtable_exec(thread->files);
	signal_exec(&process->signals);
	spin_lock(&process_lock);
	process->programs++;
	process->inherited.undumpable = credentials_secure(credentials);
	process->exit_signal = SIGCHLD; // wait4 finds it without WCLONE now
	spin_unlock(&process_lock);
	thread_reset_registers();
	memcpy(thread->name, name, THREAD_NAME);
	memcpy(process->name, name, THREAD_NAME);
	start_registers(thread_user_frame(thread), call, image->start, sp);
	if (credentials != thread->credentials)
		thread_set_credentials(credentials_get(credentials));
	notice(NOTICE_EXEC);
}

// The files of a new program.
struct program {
	struct elf elf;
	struct inode *interpreter; // NULL for a static program
	struct elf interpreter_elf;
};

// Open a program's interpreter, the dynamic linker. Returns 0; -ELIBBAD if it is no ELF file for
// this processor; -EIO if it is shorter than its header; as find_program.
static int open_interpreter(struct program *program)
{
	struct inode *inode;
	char *path;
	int error = elf_interpreter(&program->elf, &path);

	program->interpreter = NULL;
	if (error || !path)
		return error;
	// As on Linux, an empty path means the working directory, which is no program.
	error = find_program(&(struct exec_program){ .path = *path ? path : "." }, &inode);
	kfree(path);
	if (error)
		return error;
	error = elf_read(inode->object, &program->interpreter_elf);
	if (error) {
		bool is_short = inode_size(inode) < sizeof(Elf32_Ehdr);

		put_program(inode);
		return error != -ENOEXEC ? error : is_short ? -EIO : -ELIBBAD;
	}
	program->interpreter = inode;
	return 0;
}

// Read the headers of the program in `obj`, and of its interpreter if it names one. Returns 0 or
// -errno.
static int open_program(struct object *obj, struct program *program)
{
	int error = elf_read(obj, &program->elf);

	if (error)
		return error;
	error = open_interpreter(program);
	if (error)
		elf_free(&program->elf);
	return error;
}

static void close_program(struct program *program)
{
	if (program->interpreter) {
		elf_free(&program->interpreter_elf);
		put_program(program->interpreter);
	}
	elf_free(&program->elf);
}

// Build the new program's memory in `as`: segments, the interpreter's segments, the stack.
static int map_program(struct aspace *as, const struct program *program,
                       const struct exec_args *args, struct exec_image *image, uintptr_t *sp_store)
{
	struct thread *thread = thread_current();
	int error;

	thread->limits = thread_no_limits; // limits are for what a program maps itself
	error = aspace_make_layout(as);
	if (!error)
		error = elf_map(as, &program->elf, image);
	if (!error && program->interpreter)
		error = elf_map_interpreter(as, &program->interpreter_elf, image);
	if (!error)
		error = exec_stack(as, args, image, sp_store);
	thread->limits = thread->process->limits;
	return error;
}

// Build the space of the program in `inode`, which *program named, and start it. The new space
// closes the file to writers too, so the caller still calls put_program.
static int start_program(struct inode *inode, const struct exec_program *program,
                         const struct exec_args *args)
{
	struct program opened;
	struct object *obj = inode->object;
	char name[THREAD_NAME];
	struct exec_image image;
	struct aspace *as;
	uintptr_t sp;
	int error = open_program(obj, &opened);

	if (error)
		return error;
	error = aspace_create(&as);
	if (!error) {
		error = map_program(as, &opened, args, &image, &sp);
		if (!error)
			error = prepare_process(thread_current());
		if (error)
			aspace_put(as);
	}
	close_program(&opened);
	if (error)
		return error;
	choose_name(name, inode, program);
	object_deny_writes_again(obj);
	aspace_set_program(as, obj);
	become(as, name, &image, sp, args->credentials);
	return 0;
}

// Note that one more or one less thread of the process is in an exec.
static void count_execs(int change)
{
	spin_lock(&process_lock);
	process_current()->execs += (uint32_t)change;
	spin_unlock(&process_lock);
}

// Run the program in `inode`, for the credentials that it gives. Meanwhile nobody without privilege may
// look into the process: the old credentials still let them, but the new program may have more.
static int execute(struct inode *inode, const struct exec_program *wanted, struct exec_args *args)
{
	pid_t tid = thread_current()->tid; // the exec may change it
	int error;

	count_execs(1);
	error = exec_credentials(inode, &args->credentials);
	if (!error) {
		error = start_program(inode, wanted, args);
		credentials_put(args->credentials);
	}
	count_execs(-1);
	if (!error && unlikely(thread_current()->trace))
		trace_exec(tid);
	return error;
}

// The loop replaces a script by its interpreter until a file is no script. The name goes after
// arguments and environment, and is the path that the caller gave, also for a script (AT_EXECFN).
int process_exec(const struct exec_program *wanted, struct exec_args *args)
{
	struct exec_program program = *wanted;
	char interpreter[SCRIPT_LINE];
	struct inode *inode;
	int error;

	assert_no_lock();
	if (unlikely(thread_current()->over_nproc) &&
	    credentials_current()->account->tasks > thread_limit(RLIMIT_NPROC))
		return WHY(-EAGAIN, "the user has more threads than RLIMIT_NPROC admits");
	thread_current()->over_nproc = false;
	for (unsigned int scripts = 0;; scripts++) {
		error = find_program(&program, &inode);
		if (error)
			return error;
		if (scripts > SCRIPTS_MAX) {
			put_program(inode);
			return WHY(-ELOOP, "scripts whose interpreters are scripts, %d times",
			           SCRIPTS_MAX);
		}
		if (program.flags & AT_EXECVE_CHECK)
			break;
		error = exec_script_args(inode->object, program.name, interpreter, args);
		if (error == 1 && program.hidden)
			error = WHY(-ENOENT, "the script's descriptor is closed by the exec");
		if (error <= 0)
			break;
		put_program(inode);
		program = (struct exec_program){ .path = interpreter, .name = interpreter };
	}
	if (!error && !(program.flags & AT_EXECVE_CHECK)) {
		error = exec_args_add(args, wanted->name);
		if (!error)
			error = execute(inode, wanted, args);
	}
	put_program(inode);
	return error;
}
