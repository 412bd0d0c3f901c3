// keyboard.h: the PS/2 keyboard.
#pragma once

#include "kern.h"

// Set up the controller: it sends scan codes of set 1 and interrupts at each. Keys typed before are
// lost. Returns false if there is no controller, or if it does not answer. Once, at boot.
bool keyboard_init(void);

// Call `input` with the n bytes (1 to KEY_BYTES) of each key that is typed, by interrupt from now
// on. After irq_init and keyboard_init; does nothing if that found no keyboard. Call `attention`
// for Scroll Lock and for Control with Break. Both are called with interrupts off and no lock held,
// and must not sleep. Bytes that `input` does not take are lost.
void keyboard_input_start(void (*input)(const uint8_t *bytes, size_t n), void (*attention)(void));

// Returns a byte that has been typed, or -1 if none has. Keys that produce several bytes are
// ignored. Does not wait. For the monitor, while no interrupt can happen.
int keyboard_poll(void);
