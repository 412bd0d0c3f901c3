// Stop the program when a condition that must hold is false.
#pragma once

void assert_failed(const char *text, const char *file, int line) __attribute__((noreturn));

#define assert(condition) ((condition) ? (void)0 : assert_failed(#condition, __FILE__, __LINE__))
