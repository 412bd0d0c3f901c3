// Running a tree.

#include "sh.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int last_status;
int last_background;
int substitution_status;
int loops_to_leave;
bool continue_loop;
volatile sig_atomic_t interrupted;

// Carry out NAME=VALUE.
static void assign(const char *word, bool export)
{
	size_t length = assignment_length(word);
	char *name = arena_copy(word, length);

	variable_set(name, expand_single(word + length + 1));
	if (export)
		variable_export(name);
}

// Skip the assignments before a command's name. Returns the word after them.
static struct word *skip_assignments(struct word *word)
{
	while (word && assignment_length(word->text) > 0)
		word = word->next;
	return word;
}

static void run_assignments(struct node *node, bool export)
{
	struct word *word, *end = skip_assignments(node->words);

	for (word = node->words; word != end; word = word->next)
		assign(word->text, export);
}

// A command that the shell performs itself, or nothing but assignments.
static int run_builtin(struct node *node, builtin_t *builtin, struct list *args)
{
	struct saved_fds saved;
	int status = 1;

	if (apply_redirects(node->redirects, &saved)) {
		run_assignments(node, false);
		status = builtin ? builtin((int)args->count, args->items) : substitution_status;
	}
	restore_fds(&saved);
	return status;
}

// In a process that becomes the program.
static void run_external(struct node *node, struct list *args)
{
	if (!apply_redirects(node->redirects, NULL))
		exit(1);
	run_assignments(node, true);
	exec_program(args->items);
}

// exec: become the program, or without one keep the redirections.
static int run_exec(struct node *node, struct list *args)
{
	fflush(stdout);
	if (!apply_redirects(node->redirects, NULL))
		return 1;
	if (args->count > 1)
		exec_program(args->items + 1);
	return 0;
}

static int run_simple(struct node *node, bool may_exec)
{
	struct list args = { 0 };
	struct word *word;
	builtin_t *builtin;
	pid_t pid, group = 0;
	int status;

	substitution_status = 0;
	for (word = skip_assignments(node->words); word; word = word->next)
		expand_word(word->text, &args);
	if (args.count == 0)
		return run_builtin(node, NULL, &args);
	if (strcmp(args.items[0], "exec") == 0)
		return run_exec(node, &args);
	builtin = find_builtin(args.items[0]);
	if (builtin)
		return run_builtin(node, builtin, &args);
	if (may_exec)
		run_external(node, &args);
	pid = fork_child(false, &group);
	if (pid == 0)
		run_external(node, &args);
	status = wait_for(pid);
	job_take_terminal();
	return status;
}

// One command of a pipeline, in a child: `in` and `out` become its standard input and output,
// unless they are -1; `unused` is the pipe's other end, *group the pipeline's group.
static pid_t start_piped(struct node *node, int in, int out, int unused, pid_t *group)
{
	pid_t pid = fork_child(false, group);

	if (pid != 0)
		return pid;
	if (in >= 0) {
		dup2(in, STDIN_FILENO);
		close(in);
	}
	if (out >= 0) {
		dup2(out, STDOUT_FILENO);
		close(out);
	}
	if (unused >= 0)
		close(unused);
	exit(run_node(node, true));
}

// All commands of a pipeline run at the same time; the pipeline's status is the last command's.
static int run_pipe(struct node *node)
{
	size_t count = 0, i;
	int in = -1, status = 0, fds[2];
	struct node *rest;
	pid_t *pids, group = 0;

	for (rest = node; rest->kind == NODE_PIPE; rest = rest->right)
		count++;
	pids = arena_alloc((count + 1) * sizeof(*pids));
	for (i = 0; i < count; i++, node = node->right) {
		if (pipe(fds) < 0) {
			perror("sh: pipe");
			return 1;
		}
		pids[i] = start_piped(node->left, in, fds[1], fds[0], &group);
		if (in >= 0)
			close(in);
		close(fds[1]);
		in = fds[0];
	}
	pids[count] = start_piped(node, in, -1, -1, &group);
	close(in);
	for (i = 0; i <= count; i++)
		status = wait_for(pids[i]);
	job_take_terminal();
	return status;
}

static int run_background(struct node *node)
{
	pid_t group = 0, pid = fork_child(true, &group);

	if (pid == 0)
		exit(run_node(node->left, true));
	last_background = pid;
	job_add(group, false);
	return pid < 0;
}

static int run_subshell(struct node *node, bool may_exec)
{
	pid_t group = 0, pid = may_exec ? 0 : fork_child(false, &group);
	int status;

	if (pid == 0) {
		if (!apply_redirects(node->redirects, NULL))
			exit(1);
		exit(run_node(node->left, true));
	}
	status = wait_for(pid);
	job_take_terminal();
	return status;
}

// After the body of a loop: does break, continue or ^C end it?
static bool leave_loop(void)
{
	if (interrupted)
		return true;
	if (loops_to_leave == 0)
		return false;
	loops_to_leave--;
	return loops_to_leave > 0 || !continue_loop;
}

static int run_loop(struct node *node)
{
	int wanted = node->kind == NODE_WHILE ? 0 : 1, status = 0;

	for (;;) {
		struct arena_mark mark = arena_mark();
		bool go_on = (run_node(node->condition, false) != 0) == wanted && !interrupted &&
		             loops_to_leave == 0;

		if (go_on)
			status = run_node(node->left, false);
		arena_release(mark);
		if (leave_loop() || !go_on)
			return status;
	}
}

static int run_for(struct node *node)
{
	struct list values = { 0 };
	struct word *word;
	int status = 0;
	size_t i;

	for (word = node->words; word; word = word->next)
		expand_word(word->text, &values);
	for (i = 0; i < values.count; i++) {
		struct arena_mark mark = arena_mark();

		variable_set(node->name, values.items[i]);
		status = run_node(node->left, false);
		arena_release(mark);
		if (leave_loop())
			break;
	}
	return status;
}

static int run_if(struct node *node, bool may_exec)
{
	if (run_node(node->condition, false) == 0)
		return run_node(node->left, may_exec);
	return node->right ? run_node(node->right, may_exec) : 0;
}

static int run_kind(struct node *node, bool may_exec)
{
	int status;

	switch (node->kind) {
	case NODE_SIMPLE:
		return run_simple(node, may_exec);
	case NODE_PIPE:
		return run_pipe(node);
	case NODE_BACKGROUND:
		return run_background(node);
	case NODE_GROUP:
		return run_node(node->left, may_exec);
	case NODE_IF:
		return run_if(node, may_exec);
	case NODE_WHILE:
	case NODE_UNTIL:
		return run_loop(node);
	case NODE_FOR:
		return run_for(node);
	case NODE_NOT:
		return !run_node(node->left, false);
	default: // NODE_AND, NODE_OR, NODE_SEQUENCE
		status = run_node(node->left, false);
		if (loops_to_leave > 0 || interrupted || (node->kind == NODE_AND && status != 0) ||
		    (node->kind == NODE_OR && status == 0))
			return status;
		return run_node(node->right, may_exec);
	}
}

// Run a tree. With `may_exec` this process has nothing to do afterwards, so that it may become the
// last program itself. Returns the exit status, which is $? too.
int run_node(struct node *node, bool may_exec)
{
	struct saved_fds saved;
	bool ok;

	if (node->kind == NODE_SUBSHELL) {
		last_status = run_subshell(node, may_exec);
	} else if (node->kind == NODE_SIMPLE || !node->redirects) {
		last_status = run_kind(node, may_exec);
	} else {
		ok = apply_redirects(node->redirects, &saved);
		last_status = ok ? run_kind(node, false) : 1;
		restore_fds(&saved);
	}
	return last_status;
}
