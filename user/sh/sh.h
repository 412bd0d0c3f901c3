// The shell: declarations that its parts share.
//
//   main.c     options, and the loop over commands
//   input.c    where commands come from: a string, or standard input line by line
//   lexer.c    characters to tokens
//   parser.c   tokens to a tree
//   expand.c   words of the tree to arguments: variables, substitution, splitting, quotes
//   glob.c     patterns to the names of files
//   arith.c    $((...))
//   run.c      running a tree
//   process.c  starting processes and waiting for them
//   jobs.c     groups of processes at a terminal: ^Z, jobs, fg, bg
//   edit.c     editing the line at the prompt; history.c, complete.c: its history, Tab
//   redirect.c < > and so on
//   builtin.c  commands that the shell itself performs; test.c is one of them
//   variable.c variables and positional parameters
//   arena.c    memory that is freed all at once
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// ---- Memory ----

// A moment in the arena's life: memory allocated after it is freed in one step.
struct arena_mark {
	struct chunk *chunk;
	size_t used;
};

// The shell ends with a message if there is no memory, so these never return NULL.
void *arena_alloc(size_t size);
char *arena_copy(const char *text, size_t length);
struct arena_mark arena_mark(void);
void arena_release(struct arena_mark mark);

// A text that grows.
struct text {
	char *bytes; // in the arena, NUL-terminated; NULL while empty
	size_t length, size;
};

void text_add(struct text *text, char c);
void text_add_string(struct text *text, const char *s);

// An array of strings that grows.
struct list {
	char **items; // in the arena, NULL-terminated
	size_t count, size;
};

void list_add(struct list *list, char *item);

// ---- Input and tokens ----

enum token_kind {
	TOKEN_END,
	TOKEN_NEWLINE,
	TOKEN_WORD,
	TOKEN_SEMICOLON,
	TOKEN_AMPERSAND,
	TOKEN_AND, // &&
	TOKEN_OR,  // ||
	TOKEN_PIPE,
	TOKEN_OPEN, // (
	TOKEN_CLOSE,
	TOKEN_LESS,      // <
	TOKEN_GREATER,   // >
	TOKEN_APPEND,    // >>
	TOKEN_DUPLICATE, // >& and <&
};

struct token {
	enum token_kind kind;
	char *text; // of a word, as it was written, quotes and all
	int fd;     // the number before a redirection; -1 if there is none
};

// Where commands come from. `next` walks through a string, or through the last line read from `fd`.
struct input {
	int fd; // -1: only the string
	const char *next;
	char *line;       // the line read from fd
	bool at_end;      // of fd; a terminal could be read again, but is not
	bool interactive; // print prompts
	bool continued;   // in the middle of a command
	bool have_token;  // `token` was looked at and is still to come
	struct token token;
};

struct input input_from_string(const char *text);
struct input input_from_stdin(bool interactive);
int input_peek(struct input *input); // the next character, -1 at the end
int input_get(struct input *input);
void input_skip_line(struct input *input);
const char *input_line(void); // the line typed last, for the names of jobs

struct token peek_token(struct input *input);
struct token next_token(struct input *input);
void syntax_error(const char *what) __attribute__((noreturn));

// ---- The tree ----

enum node_kind {
	NODE_SIMPLE,     // words, redirects
	NODE_PIPE,       // left | right
	NODE_AND,        // left && right
	NODE_OR,         // left || right
	NODE_NOT,        // ! left
	NODE_SEQUENCE,   // left; right
	NODE_BACKGROUND, // left &
	NODE_GROUP,      // { left }
	NODE_SUBSHELL,   // ( left )
	NODE_IF,         // if condition then left else right
	NODE_WHILE,      // while condition do left
	NODE_UNTIL,      // until condition do left
	NODE_FOR,        // for name in words do left
};

struct word {
	const char *text;
	struct word *next;
};

struct redirect {
	enum token_kind kind;
	int fd;
	const char *target; // a word: a path, or a descriptor's number
	struct redirect *next;
};

struct node {
	enum node_kind kind;
	struct node *condition, *left, *right;
	struct word *words;
	struct redirect *redirects;
	const char *name;
};

enum parse_result { PARSE_OK, PARSE_END, PARSE_ERROR };

enum parse_result parse_command(struct input *input, struct node **node_store);

// ---- Expansion ----

void expand_word(const char *word, struct list *fields);
char *expand_single(const char *word);
bool glob_expand(const char *pattern, struct list *names);
bool glob_match(const char *pattern, const char *name);
char *remove_escapes(const char *pattern);
long arithmetic(const char *expression);

// ---- Running ----

extern int last_status;                   // $?
extern int shell_pid;                     // $$
extern int last_background;               // $!, 0 if there is none
extern int substitution_status;           // of the last $(...); it is that of a mere assignment
extern int loops_to_leave;                // set by break and continue, counted down by loops
extern bool continue_loop;                // the last of these loops continues
extern volatile sig_atomic_t interrupted; // by ^C: leave loops, ask for the next command

int run_node(struct node *node, bool may_exec);
void exec_program(char **argv) __attribute__((noreturn));
int run_input(struct input *input);
int run_file(const char *path);
char *capture_output(const char *commands);
pid_t fork_child(bool background, pid_t *group);
int wait_for(pid_t pid);
void reap_background(void);

// ---- Jobs ----

extern bool job_control;       // commands get groups of their own
extern pid_t foreground_group; // the group that has the terminal; 0: the shell's

void jobs_start(void); // this shell is at a terminal

// Let a child enter the group *group, and give that the terminal. Both the parent and the child
// (`pid` 0) call it.
void job_enter(pid_t pid, pid_t *group, bool background);
void job_child_starts(void);  // in a child: it is no shell at a terminal
void job_take_terminal(void); // the command in the foreground has ended or stopped
void job_add(pid_t group, bool stopped);
void jobs_report(void); // say which jobs in the background have ended

// Descriptors as they were before redirections of a built-in command.
#define MOST_SAVED 10

struct saved_fds {
	int count;
	int fd[MOST_SAVED];
	int copy[MOST_SAVED]; // -1: it was closed
};

bool apply_redirects(struct redirect *redirect, struct saved_fds *saved);
void restore_fds(struct saved_fds *saved);

typedef int builtin_t(int argc, char **argv);
builtin_t *find_builtin(const char *name);
const char *builtin_name(size_t i); // the i-th in order, NULL after the last
builtin_t builtin_test, builtin_jobs, builtin_fg, builtin_bg;

// ---- Variables ----

struct parameters { // $0, $1 and so on
	int count;  // without $0
	char **values;
};

extern struct parameters parameters;

bool is_name_start(char c);
size_t assignment_length(const char *word);
const char *variable_get(const char *name);
void variable_set(const char *name, const char *value);
void variable_export(const char *name);
void variable_unset(const char *name);
void variables_import(char **environment);
char **variables_environment(void);
