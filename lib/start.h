// Shared by the start and the end of a program and by parts of the library that it may lack.
#pragma once

#include <elf.h>

// Called by _start with the address of argc.
void start_program(char **stack) __attribute__((noreturn));

void run_exit_functions(void) __attribute__((weak));
void flush_all_files(void) __attribute__((weak));
