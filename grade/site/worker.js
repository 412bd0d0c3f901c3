// worker.js: the machine, in a thread of its own: the page goes on when an emulator hangs, and can end it.
//
// Messages to the worker: { do, ... }; those with an `id` are answered by { is: "answer", id, value } or
// { is: "answer", id, error }. Messages from it: { is: "output", port, bytes }, { is: "end", code },
// { is: "fault", text } when the emulator itself has failed, { is: "picture", ... } when watched.
import { Machine } from "./machine.js";
import { page, scan, tree, walk } from "./scan.js";
import { V86 } from "./vendor/libv86.js";

const wasm = new URL("vendor/v86.wasm", import.meta.url).href;
let machine = null;
let watched = null; // the directory that the page wants to see; null: the processor's
let timer = null;

const actions = {
	async start({ setup, layout }) {
		machine = new Machine({ V86, wasm, ...setup }, layout, {
			output: (port, bytes) => postMessage({ is: "output", port, bytes }, [bytes.buffer]),
			end: (code) => postMessage({ is: "end", code }),
		});
		await machine.ready;
	},
	type: ({ bytes }) => machine.type(bytes),
	monitor: ({ bytes }) => machine.typeToMonitor(bytes),
	resize: ({ rows, columns }) => machine.resize(rows, columns),
	run: () => machine.run(),
	stop: () => machine.stop(),
	save: () => machine.save(),
	page: ({ number }) => page(machine.memory(), number),
	walk: ({ directory, va }) => walk(machine.memory(), directory, va),
	alive: () => true,
	watch({ every, directory }) {
		watched = directory ?? null;
		clearInterval(timer);
		timer = every ? setInterval(show, every) : null;
		if (every && machine) show();
	},
};

// Send a picture. A kernel that has not come so far, or has other structs, has none.
function show() {
	if (!machine?.emulator.v86?.cpu) return;
	try {
		const memory = machine.memory();
		const found = scan(memory);
		const tty = memory.address("serial_tty");
		const session = memory.field(tty, "tty.session");
		found.atPrompt = session !== 0 && memory.field(tty, "tty.foreground") === session;
		const current = machine.directory();
		const shown = watched ?? (found.processes.some((each) => each.directory === current) ? current
			: (found.processes[0]?.directory ?? current));
		postMessage({ is: "picture", ...found, current, tree: tree(memory, shown) }, [found.uses.buffer]);
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
