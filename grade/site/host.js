// host.js: the machine as the page sees it: starts and restarts it, and passes on what it does.
import { Client } from "./client.js";
import { symbols } from "./elf.js";
import { LOG, REPORTS, TERMINAL } from "./ports.js";
import { Reports, RESTART } from "./reports.js";
import { Shell } from "./shell.js";

const EVERY = 200; // ms between two pictures

export class Host {
	// `on`: functions { output(bytes), log(text), picture(found, same), events({ from, texts, full }), status(text), alert(text), started(), size() }.
	constructor(on) {
		this.on = on;
		this.setup = { mem: 16, append: "" };
		this.own = {}; // what somebody has brought: { kernel, archive }
		this.watching = { every: EVERY, directory: null };
		this.prompt = { waiting: [] };
	}

	// Fetch the page's own kernel.
	async load() {
		const fetched = ["quire.elf", "archive.cpio", "layout.json"].map(async (name) => {
			const response = await fetch(new URL(name, import.meta.url));
			if (!response.ok) throw new Error(`${name} could not be loaded (${response.status}).`);
			return name.endsWith("json") ? response.json() : response.arrayBuffer();
		});
		[this.kernel, this.archive, this.layout] = await Promise.all(fetched);
	}

	// The layout of the kernel that runs: a student's has its variables elsewhere.
	#layoutOf(kernel) {
		try {
			return { ...this.layout, symbols: symbols(kernel, Object.keys(this.layout.symbols)) };
		} catch (error) {
			this.on.status(error.message);
			return this.layout;
		}
	}

	// Start a machine; one that runs is ended. `saved`: { head, state } to go on from.
	async start(saved = null) {
		this.close();
		const kernel = this.own.kernel ?? this.kernel;
		const layout = saved ? { ...this.layout, symbols: saved.head.symbols }
			: this.own.kernel ? this.#layoutOf(kernel) : this.layout;
		const setup = { ...this.setup, ...(saved && { mem: saved.head.mem }), kernel, state: saved?.state,
			archive: this.own.archive ?? this.archive };
		const client = (this.client = new Client({
			output: (port, bytes) => this.#output(port, bytes),
			end: (code) => this.#end(code),
			picture: (found) => this.#picture(found),
			events: (message) => this.on.events(message),
			fault: (text) => this.#fault(text),
		}));
		this.running = { mem: setup.mem, symbols: layout.symbols };
		this.reports = new Reports();
		this.decoder = new TextDecoder();
		this.shell = new Shell((bytes) => {
			client.send({ do: "record", on: false }); // the page's own commands are nobody's business
			client.send({ do: "type", bytes });
		});
		this.stopped = this.over = false;
		await client.ask({ do: "start", setup, layout });
		if (client !== this.client) return;
		this.resize(...this.on.size());
		this.watch();
		this.on.started();
	}

	close() {
		this.client?.close();
		this.client = null;
		this.shell?.forget();
	}

	#output(port, bytes) {
		if (port === TERMINAL) this.on.output(this.shell.take(bytes));
		else if (port === LOG) this.on.log(this.decoder.decode(bytes, { stream: true }));
		else if (port === REPORTS) this.reports.take(bytes).forEach((text) => this.on.status(text));
	}

	#end(code) {
		this.over = true;
		if (code === RESTART) this.start();
		else this.on.alert(`The machine has ended. ${this.reports.text(code)}`, this.reports.ending?.word === "panic");
	}

	#fault(text) {
		if (this.over) return;
		this.over = true;
		this.close();
		this.on.alert(`The emulator itself has failed: ${text} The kernel is not to blame; see the list of differences.`);
	}

	#picture(found) {
		if (found.error) return;
		if (!found.same) this.last = found;
		this.on.picture(this.last, found.same);
		if (found.atPrompt && !this.shell.busy) this.prompt.waiting.splice(0).forEach((resolve) => resolve());
	}

	// Wait until the shell waits for a command: it is the terminal's foreground process.
	atPrompt() {
		return new Promise((resolve) => this.prompt.waiting.push(resolve));
	}

	// Type into the terminal. With each line a new record of events begins.
	type(bytes) {
		if (this.over) return;
		if (bytes.includes(13) || bytes.includes(10)) this.client?.send({ do: "record", on: true });
		this.client?.send({ do: "type", bytes });
	}

	// Type a line.
	command(line) {
		this.type(new TextEncoder().encode(line + "\n"));
	}

	monitor(line) {
		this.client?.send({ do: "monitor", bytes: new TextEncoder().encode(line + "\r") });
	}

	resize(rows, columns) {
		this.client?.send({ do: "resize", rows, columns });
	}

	// Pictures come five times a second, unless nobody sees them.
	watch(change = {}) {
		Object.assign(this.watching, change);
		const every = document.hidden || this.stopped ? 0 : this.watching.every;
		this.client?.send({ do: "watch", every, directory: this.watching.directory });
	}

	setWatching(on) {
		this.watch({ every: on ? EVERY : 0 });
	}

	async stop(stopped) {
		this.stopped = stopped;
		await this.client?.ask({ do: stopped ? "stop" : "run" });
		this.watch();
	}

	ask(message) {
		return this.client ? this.client.ask(message) : Promise.reject(new Error("No machine runs."));
	}

	// A saved machine: { head, state }.
	async save(text) {
		const state = await this.ask({ do: "save" });
		return { head: { ...this.running, text }, state };
	}
}
