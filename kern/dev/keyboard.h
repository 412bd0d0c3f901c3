// keyboard.h: the PS/2 keyboard.
#pragma once

#include "kern.h"

// Make the controller send scan codes of set 1. false where there is none. Once, at boot.
bool keyboard_init(void);

// Take what is typed, by interrupt from now on. After irq_init. `input` gets each key's bytes, with
// interrupts off and no lock held; what it does not want is lost. `attention` is called for Scroll
// Lock and for Control with Break.
void keyboard_input_start(void (*input)(const uint8_t *bytes, size_t n), void (*attention)(void));

// A byte that has been typed, or -1; keys that send several are ignored. For the monitor, while no
// interrupt can happen.
int keyboard_poll(void);
