// picture.js: the picture of physical memory, and which pages have changed.
import { Grid } from "./grid.js";
import { hex } from "./memory.js";
import { FIRST_PROCESS, KINDS, OTHERS, SHARED, ZERO } from "./scan.js";

const FLASH = 1200; // ms for which a change is marked
const dark = matchMedia("(prefers-color-scheme: dark)");
const DARK = { free: "#2b2e35", reserved: "#6d6a63", shared: "#d3dcf2", anonymous: "#ffffff" };

export class Colours {
	constructor(layout) {
		this.layout = layout;
		this.processes = [];
		this.slots = []; // the pid that has each colour of programs
		this.before = new Map(); // pid: the slot that it had last
	}

	// A process keeps its colour as long as it lives, also where an earlier moment is shown; further ones share the colours.
	set(processes) {
		this.processes = processes;
		const pids = processes.map((each) => each.pid);
		this.slots = this.slots.map((pid) => (pids.includes(pid) ? pid : 0));
		for (const pid of pids) {
			if (this.slots.includes(pid)) continue;
			const had = this.before.get(pid), free = this.slots.indexOf(0);
			const slot = had < this.slots.length && this.slots[had] === 0 ? had : free < 0 ? this.slots.length : free;
			this.slots[slot] = pid;
			this.before.set(pid, slot);
		}
	}

	// What a use is called, and its colour.
	name(use) {
		if (use >= FIRST_PROCESS) {
			const process = this.processes[use - FIRST_PROCESS];
			return use < OTHERS && process ? `${process.name} (${process.pid})` : "other processes";
		}
		if (use === ZERO) return "the page of zeroes";
		return this.layout.colours[KINDS[use] ?? "shared"]?.[1] ?? `kind ${use}`;
	}

	of(use) {
		if (use >= FIRST_PROCESS) {
			const process = this.processes[use - FIRST_PROCESS];
			return this.layout.programs[Math.max(this.slots.indexOf(process?.pid), 0) % this.layout.programs.length];
		}
		if (use === ZERO) return this.layout.zero;
		const name = use === SHARED ? "shared" : (KINDS[use] ?? "shared");
		return (dark.matches && DARK[name]) || this.layout.colours[name][0];
	}
}

export class Picture {
	// `on`: { page(number) }.
	constructor(elements, colours, on) {
		Object.assign(this, elements); // canvas, cell, legend, note
		this.colours = colours;
		this.uses = new Uint8Array();
		this.changed = new Map(); // page: when its mark ends
		this.grid = new Grid(this.canvas, (room) => (this.uses.length > 20000 ? 256 : room < 500 ? 64 : 128), { hover: (i) => this.#hover(i), choose: on.page });
		dark.addEventListener("change", () => this.grid.all());
	}

	// Forget all: another machine comes.
	reset() {
		this.uses = new Uint8Array();
		this.changed.clear();
	}

	// Show what a scan has found. Only cells that have changed are drawn. `before`: the uses of pages that the changes
	// are counted from, if that is not what was shown; null: no change is marked.
	show(found, before = this.uses) {
		const anew = before !== this.uses, now = performance.now();
		before ??= found.uses;
		if (anew) this.changed.clear();
		const names = found.processes.map((each) => each.pid).join();
		const same = before.length === found.uses.length;
		this.uses = found.uses;
		this.colours.set(found.processes);
		this.grid.set(found.total, (i) => this.#draw(i));
		if (!same || anew || names !== this.names) this.grid.all();
		this.names = names;
		this.expire();
		for (let i = 0; same && i < found.uses.length; i++) {
			if (found.uses[i] === before[i]) continue;
			this.changed.set(i, now + FLASH);
			this.#draw(i);
		}
		this.#list(found);
		this.grid.refresh();
	}

	// Take away the marks of changes that are old.
	expire() {
		const now = performance.now();
		for (const [page, until] of this.changed) {
			if (until > now) continue;
			this.changed.delete(page);
			this.#draw(page);
		}
	}

	#draw(index) {
		if (!this.grid.context || index >= this.uses.length) return;
		const frame = this.changed.has(index) ? getComputedStyle(document.documentElement).getPropertyValue("--mark") : null;
		this.grid.fill(index, this.colours.of(this.uses[index]), { frame });
	}

	#hover(index) {
		this.cell.textContent = index >= 0 && index < this.uses.length
			? `page ${hex(index)} at ${hex(index * 4096, 8)}: ${this.colours.name(this.uses[index])}` : "";
	}

	// The totals: they are what a screen reader reads of the picture.
	#list(found) {
		const totals = new Map();
		for (const use of found.uses) totals.set(use, (totals.get(use) ?? 0) + 1);
		const text = [...totals].sort(([a], [b]) => a - b)
			.map(([use, pages]) => [this.colours.of(use), `${this.colours.name(use)}: ${pages.toLocaleString("en")}`]);
		const key = JSON.stringify(text);
		if (key === this.listed) return;
		this.listed = key;
		this.legend.replaceChildren(...text.map(([colour, label]) => {
			const item = document.createElement("li"), swatch = document.createElement("i");
			swatch.style.background = colour;
			item.append(swatch, label);
			return item;
		}));
		const mib = (found.total * 4096) / 2 ** 20;
		this.note.textContent = `${found.total.toLocaleString("en")} pages of 4 KiB, ${mib.toFixed(0)} MiB, read by rows. ` +
			"A coloured edge marks what has just changed.";
		this.canvas.setAttribute("aria-description", text.map(([, label]) => label).join("; "));
	}

	// Let the keys' place be a page, and mark it.
	point(page) {
		if (page >= 0 && page < this.uses.length) this.grid.move(page);
	}
}
