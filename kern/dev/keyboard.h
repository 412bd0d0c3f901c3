// keyboard.h: the PS/2 keyboard.
#pragma once

#include "kern.h"

// Set up the controller: it sends scan codes of set 1 and interrupts at each, once
// keyboard_input_start has been called. Keys typed before are lost. Waits in a loop for its
// answers, 10,000 readings at most for each.
// Returns true; false if there is no controller, or if it does not answer: then
// keyboard_input_start does nothing, and keyboard_poll returns -1. Once, at boot.
bool keyboard_init(void);

// Call `input` with the n bytes (1 to KEY_BYTES, keymap_translate) of each key that is typed, by
// interrupt from now on; a key without bytes makes no call. Call `attention` when Scroll Lock, or
// Control with Break, goes down. Both are called with interrupts off and no spinlock held, must not
// sleep, and are not NULL. Bytes that `input` does not take are lost. Once, after irq_init and
// keyboard_init; does nothing if that found no keyboard.
void keyboard_input_start(void (*input)(const uint8_t *bytes, size_t n), void (*attention)(void));

// Read one scan code, if one waits. Returns the byte, 0 to 255, of a key that produces exactly one
// (Enter: \r); -1 if nothing waits, if the code is a release or a modifier, if its key produces
// several bytes or none, which are lost, or if there is no keyboard. Does not wait. For the
// monitor, while no interrupt can happen.
int keyboard_poll(void);
