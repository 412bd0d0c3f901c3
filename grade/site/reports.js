// reports.js: what the kernel reports on COM4 (kern/dev/transcript.h), in words.

const ENDINGS = {
	exit: (status) => `The first program has ended, with status ${status}.`,
	signal: (signal) => `The first program was ended by signal ${signal}.`,
	oom: () => "The first program was killed, because there was no memory left.",
	panic: () => "The kernel has panicked. Its log says why.",
	deadlock: () => "Every thread waits for another one: a deadlock.",
	nostart: (error) => `The first program could not be started: error ${error}.`,
	unpack: (module, entry, error) => `The archive could not be unpacked: entry ${entry}, error ${error}.`,
	unwritten: (lab, exercise) => `The kernel called a function that is not written yet: exercise ${lab}.${exercise}.`,
};

const CODES = {
	0x13: "The kernel was not started by a multiboot loader.",
	0x16: "The machine has too little memory.",
	0x17: "The archive lies beyond the memory that the kernel reaches.",
	0x1b: "The processor lacks a feature that the kernel needs.",
	0x1c: "An exception ended the machine early in its boot.",
};

export const RESTART = 0x1e; // kern/dev/exitport.h: a program asks for a restart

export class Reports {
	constructor() {
		this.rest = "";
		this.ending = null;
	}

	// Take bytes. Returns the causes of programs' deaths among them, one text each.
	take(bytes) {
		const lines = (this.rest + String.fromCharCode(...bytes)).split("\n");
		this.rest = lines.pop();
		const deaths = [];
		for (const line of lines) {
			const [, word, ...values] = line.split(" ");
			if (word === "death") deaths.push(`Process ${values[0]} died: ${values.slice(1).join(" ")}`);
			else if (word in ENDINGS) this.ending = { word, text: ENDINGS[word](...values) };
		}
		return deaths;
	}

	// Why the machine has ended.
	text(code) {
		return this.ending?.text ?? CODES[code] ?? `The kernel has ended the machine (code ${code}).`;
	}
}
