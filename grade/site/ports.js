// ports.js: what the machine's serial ports are for (kern/tty/standard_files.h, kern/dev/transcript.h).

export const LOG = 0; // COM1: the kernel's log, and its monitor's input
export const TERMINAL = 1; // COM2: the terminal of the first program
export const REPORTS = 3; // COM4: what the kernel reports to the host
