// worker.js: the machine, in a thread of its own: the page goes on when an emulator hangs, and can end it.
//
// Messages to the worker: { do, ... }; those with an `id` are answered by { is: "answer", id, value } or
// { is: "answer", id, error }. Messages from it: { is: "output", port, bytes }, { is: "end", code },
// { is: "fault", text } when the emulator itself has failed, { is: "picture", ... } when watched.
import { Recorder } from "./events.js";
import { Machine } from "./machine.js";
import { ACCESSED, DIRTY } from "./memory.js";
import { page, processes, scan, tree, walk } from "./scan.js";
import { V86 } from "./vendor/libv86.js";

const wasm = new URL("vendor/v86.wasm", import.meta.url).href;
let machine = null;
let watched = null; // the directory that the page wants to see; null: the processor's
let timer = null;
let last = null; // the picture that the page has
const recorder = new Recorder();
let told = 0; // events that the page knows

const actions = {
	async start({ setup, layout }) {
		machine = new Machine({ V86, wasm, ...setup }, layout, {
			output: (port, bytes) => postMessage({ is: "output", port, bytes }, [bytes.buffer]),
			end: (code) => postMessage({ is: "end", code }),
			notice,
		});
		await machine.ready;
	},
	type: ({ bytes }) => machine.type(bytes),
	// Record what happens from now on, or nothing.
	record({ on }) {
		recorder.begin(machine, on);
		told = 0;
		postMessage({ is: "events", from: 0, texts: [], full: false });
	},
	event: ({ index, directory }) => recorder.picture(index, directory),
	monitor: ({ bytes }) => machine.typeToMonitor(bytes),
	resize: ({ rows, columns }) => machine.resize(rows, columns),
	run: () => machine.run(),
	stop: () => machine.stop(),
	save: () => machine.save(),
	page: ({ number }) => page(machine.memory(), number),
	walk({ va }) {
		const memory = machine.memory();
		return walk(memory, shown(processes(memory)), va);
	},
	alive: () => true,
	watch({ every, directory }) {
		watched = directory ?? null;
		clearInterval(timer);
		timer = every ? setInterval(show, every) : null;
		last = null;
		if (machine) show();
	},
};

// A notice of the kernel's. The page learns of events some at a time.
function notice(kind) {
	try {
		recorder.take(machine, kind);
	} catch {
		recorder.begin(null, false); // a student's kernel may have other structs
	}
	if (!notice.timer) notice.timer = setTimeout(tell, 30);
}

function tell() {
	notice.timer = null;
	if (recorder.list.length <= told) return;
	postMessage({ is: "events", from: told, texts: recorder.list.slice(told).map((each) => each.text), full: recorder.full });
	told = recorder.list.length;
}

// Do two pictures show the same? The bits that the processor sets in entries do not count.
function equal(a, b) {
	const words = (x, y) => x.every((word, i) => !((word ^ y[i]) & ~(ACCESSED | DIRTY)));
	const names = (found) => found.processes.map((each) => `${each.pid} ${each.name} ${each.directory}`).join();
	const indices = Object.keys(a.tree.tables);
	return a.total === b.total && names(a) === names(b) && a.tree.directory === b.tree.directory &&
		a.uses.every((use, i) => use === b.uses[i]) && words(a.tree.words, b.tree.words) &&
		indices.length === Object.keys(b.tree.tables).length &&
		indices.every((i) => b.tree.tables[i] && a.tree.tables[i].count === b.tree.tables[i].count &&
			words(a.tree.tables[i].words, b.tree.tables[i].words));
}

// The directory to show: the watched one, or the processor's if a process has it, or that of the oldest process.
function shown(found) {
	const current = machine.directory();
	return watched ?? (found.some((each) => each.directory === current) ? current : (found[0]?.directory ?? current));
}

// Send a picture, or say that it is the last one still. A kernel that has not come so far, or has other structs, has none.
function show() {
	if (!machine?.emulator.v86?.cpu) return;
	try {
		const memory = machine.memory();
		const found = scan(memory);
		const tty = memory.address("serial_tty");
		const session = memory.field(tty, "tty.session");
		found.atPrompt = session !== 0 && memory.field(tty, "tty.foreground") === session;
		found.tree = tree(memory, shown(found.processes));
		const same = last && equal(last, found);
		if (!same) last = found;
		postMessage({ is: "picture", atPrompt: found.atPrompt, ...(same ? { same } : found) });
	} catch (error) {
		postMessage({ is: "picture", error: error.message });
	}
}

self.onmessage = async ({ data }) => {
	try {
		const value = await actions[data.do](data);
		if (data.id) postMessage({ is: "answer", id: data.id, value });
	} catch (error) {
		postMessage({ is: "answer", id: data.id, error: String(error.message ?? error) });
	}
};

function fault(event) {
	event.preventDefault();
	const reason = event.reason ?? event.error ?? event.message;
	postMessage({ is: "fault", text: String(reason?.message ?? reason) });
}

self.addEventListener("error", fault);
self.addEventListener("unhandledrejection", fault);
