// shell.js: commands that the page itself gives to the shell in the machine.
//
// The shell prints two marks around what a command prints. The command line has each mark in two pieces, so that
// the line's echo is no mark.
const CLEAR_LINE = [13, 27, 91, 75]; // to the first column, and clear up to the end
const BEGIN = "@@begin@@", END = "@@end@@";

export class Shell {
	// `type(bytes)` types into the terminal.
	constructor(type) {
		this.type = type;
		this.job = null;
	}

	// Is a command of the page running? Then the terminal shows nothing of it.
	get busy() {
		return this.job !== null;
	}

	// Run a command and return what it prints, as bytes. `input`: bytes for it, typed once it runs. Caller: the
	// shell waits at its prompt. The terminal is raw meanwhile: all bytes pass as they are.
	run(command, input = new Uint8Array()) {
		if (this.busy) throw new Error("another file is being copied");
		const line = `stty raw -echo; echo @@"begin"@@; ${command}; echo @@"end"@@; stty sane\n`;
		return new Promise((resolve) => {
			this.job = { resolve, input, found: [], begun: false };
			this.type(new TextEncoder().encode(line));
		});
	}

	// Take what the terminal prints. Returns the bytes that are not the job's.
	take(bytes) {
		const job = this.job;
		if (!job) return bytes;
		job.found.push(...bytes);
		if (!job.begun) {
			const at = find(job.found, BEGIN + "\n");
			if (at < 0) return new Uint8Array();
			job.found.splice(0, at + BEGIN.length + 1);
			job.begun = true;
			this.type(job.input);
		}
		const at = find(job.found, END + "\n");
		if (at < 0) return new Uint8Array();
		const rest = job.found.splice(at + END.length + 1);
		job.found.length = at;
		this.job = null;
		job.resolve(Uint8Array.from(job.found));
		return Uint8Array.from([...CLEAR_LINE, ...rest]); // of the prompt that the command was typed at
	}

	// The machine has ended: no command will end any more.
	forget() {
		this.job = null;
	}

	// Write bytes to a file, which becomes executable: it takes the mode of a program.
	upload(path, bytes) {
		const name = quoted(path);
		return this.run(`cp /bin/true ${name} && head -c ${bytes.length} > ${name}`, bytes);
	}

	// The contents of a file; null if it cannot be read.
	async download(path) {
		const name = quoted(path);
		const found = await this.run(`if test -r ${name}; then echo -n +; cat ${name}; fi`);
		return found[0] === 43 ? found.slice(1) : null;
	}
}

// Where a text begins in an array of bytes, or -1. From the end: the text comes last, or soon after it.
function find(bytes, text) {
	const first = text.charCodeAt(0);
	for (let at = bytes.length - text.length; at >= 0; at--) {
		if (bytes[at] !== first) continue;
		let i = 1;
		while (i < text.length && bytes[at + i] === text.charCodeAt(i)) i++;
		if (i === text.length) return at;
	}
	return -1;
}

function quoted(path) {
	return `'${path.replaceAll("'", "'\\''")}'`;
}
