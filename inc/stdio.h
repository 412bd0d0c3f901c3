// Formatted text, and buffered files. The kernel has only the two functions of the first part.
#pragma once

#include <abi/fcntl.h>
#include <abi/types.h>
#include <format.h>
#include <stdarg.h>

int snprintf(char *restrict buffer, size_t size, const char *restrict format, ...)
	PRINTF_LIKE(3, 4);
int vsnprintf(char *restrict buffer, size_t size, const char *restrict format, va_list args)
	PRINTF_LIKE(3, 0);

// Of programs only.
#define EOF (-1)
#define BUFSIZ 4096

#define _IOFBF 0 // how a file is buffered: fully,
#define _IOLBF 1 // until the end of each line,
#define _IONBF 2 // not beyond one call

typedef struct file FILE;

extern FILE *const stdin;
extern FILE *const stdout;
extern FILE *const stderr;

FILE *fopen(const char *restrict path, const char *restrict mode);
FILE *fdopen(int fd, const char *mode);
int fclose(FILE *file);
int fflush(FILE *file);
int setvbuf(FILE *restrict file, char *restrict buffer, int mode, size_t size);
int fileno(FILE *file);
int feof(FILE *file);
int ferror(FILE *file);
void clearerr(FILE *file);
int fseek(FILE *file, long offset, int whence);
long ftell(FILE *file);
void rewind(FILE *file);

size_t fread(void *restrict data, size_t size, size_t count, FILE *restrict file);
int fgetc(FILE *file);
int getc(FILE *file);
int getchar(void);
int ungetc(int c, FILE *file);
char *fgets(char *restrict line, int size, FILE *restrict file);
ssize_t getline(char **restrict line, size_t *restrict size, FILE *restrict file);

size_t fwrite(const void *restrict data, size_t size, size_t count, FILE *restrict file);
int fputc(int c, FILE *file);
int putc(int c, FILE *file);
int putchar(int c);
int fputs(const char *restrict s, FILE *restrict file);
int puts(const char *s);
int printf(const char *restrict format, ...) PRINTF_LIKE(1, 2);
int fprintf(FILE *restrict file, const char *restrict format, ...) PRINTF_LIKE(2, 3);
int dprintf(int fd, const char *restrict format, ...) PRINTF_LIKE(2, 3);
int sprintf(char *restrict buffer, const char *restrict format, ...) PRINTF_LIKE(2, 3);
int vprintf(const char *restrict format, va_list args) PRINTF_LIKE(1, 0);
int vfprintf(FILE *restrict file, const char *restrict format, va_list args) PRINTF_LIKE(2, 0);
void perror(const char *what);

int rename(const char *old_path, const char *new_path);
int remove(const char *path);
