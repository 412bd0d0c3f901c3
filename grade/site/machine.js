// machine.js: a machine of v86 that runs Quire, for a web worker and for node.
//
// The terminal's input goes in frames: a length of 16 bits and so many bytes. The length 0xFFFF announces the size
// of the window (kern/tty/standard_files.h).
import { Memory } from "./memory.js";
import { LOG, TERMINAL } from "./ports.js";

const NOTICE_PORT = 0xf5; // for kern/debug/notice.h
const OPTIONS = `stdio=serial tty log=com1 notices=${NOTICE_PORT}`;
const LEAST = 64; // MiB of a machine of v86 that boots with an archive
const EXIT_PORT = 0xf4; // kern/dev/exitport.c
const QUEUE = 2048; // bytes that wait in a port for the kernel
const CHUNK = 4096; // bytes of a frame
const IDLE = 2; // ms until the port is asked again

export class Machine {
	// `setup`: { V86, wasm, kernel, archive, mem, append, state }. `wasm` is a path; kernel, archive and state
	// are ArrayBuffers, `state` may be missing; `mem` is in MiB, and may be less than v86 gives. `layout` is of the kernel.
	// `on`: { output(port, bytes), end(code), notice(kind) }; bytes come in pieces, at the end of each turn of the machine.
	// `code`: how the kernel ended the machine (kern/dev/exitport.h). `kind`: a letter of kern/debug/notice.h; the machine
	// stands still until `notice`, which may be missing, returns.
	constructor(setup, layout, on) {
		this.layout = layout;
		this.on = on;
		this.ended = false;
		this.waiting = []; // pieces for the terminal, each a frame
		this.pieces = [[], [], [], []];
		this.ready = new Promise((resolve) => (this.loaded = resolve));
		this.emulator = new setup.V86({
			wasm_path: setup.wasm,
			memory_size: Math.max(setup.mem, LEAST) << 20,
			vga_memory_size: 2 << 20,
			multiboot: { buffer: setup.kernel },
			initrd: { buffer: setup.archive },
			cmdline: [OPTIONS, hole(setup.mem), setup.append].filter(Boolean).join(" "),
			initial_state: setup.state && { buffer: setup.state },
			uart1: true,
			uart2: true,
			uart3: true,
			disable_keyboard: true,
			disable_mouse: true,
			disable_speaker: true,
			autostart: true,
		});
		for (const port of [0, 1, 2, 3])
			this.emulator.add_listener(`serial${port}-output-byte`, (byte) => this.#take(port, byte));
		this.emulator.add_listener("emulator-started", () => this.#started());
	}

	// The machine has begun to run. The kernel ends it by a write to a port, for which v86 would throw.
	#started() {
		this.emulator.v86.cpu.io.register_write(EXIT_PORT, this, ...new Array(3).fill((code) => this.#end(code)));
		this.emulator.v86.cpu.io.register_write(NOTICE_PORT, this, (kind) => this.on.notice?.(String.fromCharCode(kind)));
		this.#clearEmptyBars();
		this.loaded();
	}

	// A disk controller without disks has registers for addresses that it does not decode. v86 fails to restore a
	// state where these are not 0.
	#clearEmptyBars() {
		const { devices, device_spaces } = this.emulator.v86.cpu.devices.pci;
		devices.forEach((device, i) => {
			for (let bar = 0; device && bar < device.pci_bars.length; bar++)
				if (!device.pci_bars[bar]) device_spaces[i][4 + bar] = 0;
		});
	}

	#end(code) {
		if (this.ended) return;
		this.ended = true;
		this.emulator.stop();
		setTimeout(() => {
			this.#flush();
			this.on.end(code);
		});
	}

	// Bytes are collected: the page would suffer from a message for each.
	#take(port, byte) {
		if (this.pieces.every((piece) => !piece.length)) setTimeout(() => this.#flush());
		this.pieces[port].push(byte);
	}

	#flush() {
		this.pieces.forEach((piece, port) => {
			if (piece.length) this.on.output(port, Uint8Array.from(piece));
			this.pieces[port] = [];
		});
	}

	// Type bytes into the terminal. Never more go to the port than the kernel takes soon. A frame of no bytes would
	// be the end of all input.
	type(bytes) {
		if (!bytes.length) return;
		const idle = !this.waiting.length;
		for (let at = 0; at < bytes.length; at += CHUNK) this.waiting.push(bytes.subarray(at, at + CHUNK));
		if (idle) this.#feed();
	}

	#feed() {
		if (this.#queued() < QUEUE) {
			const piece = this.waiting.shift();
			this.#send(TERMINAL, [piece.length & 255, piece.length >> 8, ...piece]);
		}
		if (this.waiting.length && !this.ended) setTimeout(() => this.#feed(), IDLE);
	}

	#queued() {
		return this.emulator.v86.cpu.devices.uart1.input.length;
	}

	// Send bytes to a port. v86 would take them only at the machine's next timer: a machine that halts is woken.
	#send(port, bytes) {
		this.emulator.serial_send_bytes(port, bytes);
		if (this.emulator.is_running()) this.emulator.v86.next_tick(0);
	}

	// Say how large the terminal's window is. Only between two frames.
	resize(rows, columns) {
		this.#send(TERMINAL, [255, 255, rows & 255, rows >> 8, columns & 255, columns >> 8]);
	}

	// Type bytes for the kernel's monitor.
	typeToMonitor(bytes) {
		this.#send(LOG, bytes);
	}

	run() {
		if (!this.ended) this.emulator.run();
	}

	stop() {
		return this.emulator.stop();
	}

	// How many instructions have been executed, modulo 2^32.
	instructions() {
		return this.emulator.get_instruction_counter();
	}

	// The state as an ArrayBuffer. What waits in `waiting` is not in it.
	save() {
		return this.emulator.save_state();
	}

	// The machine's memory, as it is now. It serves until the machine runs on: v86 may move it then.
	memory() {
		return new Memory(this.emulator.v86.cpu.mem8, this.layout);
	}

	// The address of the last page fault.
	faultAddress() {
		return this.emulator.v86.cpu.cr[2] >>> 0;
	}

	// The page number of the directory that the processor uses.
	directory() {
		return this.emulator.v86.cpu.cr[3] >>> 12;
	}
}

// The kernel option that hides what v86 gives beyond `mem` MiB.
function hole(mem) {
	return mem < LEAST && `hole=0x${(mem << 20).toString(16)}-0x${(LEAST << 20).toString(16)}`;
}
