// scan.js: what each page of a machine is used for, and how its page tables lead there.
import { KERNBASE, LARGE, Memory, PRESENT, PROT_NONE, USER_ENTRIES, hex, pageOf } from "./memory.js";

// Uses of a page, in the order of layout.json's kinds; then those that the kinds do not tell.
export const KINDS = ["free", "reserved", "table", "directory", "heap", "stack", "anonymous", "object", "large"];
export const FREE = 0, TABLE = 2, ANONYMOUS = 6, SHARED = 9, ZERO = 10;
export const FIRST_PROCESS = 16; // the first process's private pages; further ones are its, up to
export const OTHERS = 255; // those of all other processes

// The processes that have ended, and of whose end their parents do not know yet: { pid, name }.
export function zombies(memory) {
	const found = [];
	for (const at of memory.list(memory.address("all_processes"), "process.all_link"))
		if (memory.field(at, "process.zombie"))
			found.push({ pid: memory.field(at, "process.pid"), name: memory.string(at, "process.name", 16) });
	return found;
}

// The processes that have an address space: { pid, name, directory, aspace }, the oldest first. `directory` is
// a page number.
export function processes(memory) {
	const found = [];
	for (const at of memory.list(memory.address("all_processes"), "process.all_link")) {
		const aspace = memory.field(at, "process.aspace");
		if (!aspace || memory.field(at, "process.zombie")) continue;
		found.push({
			pid: memory.field(at, "process.pid"),
			name: memory.string(at, "process.name", 16),
			directory: (memory.field(aspace, "aspace.pgdir") - KERNBASE) >>> 12,
			aspace,
		});
	}
	return found;
}

// pages[] of a kernel: throws if it cannot be one.
function pageArray(memory) {
	const total = memory.variable("page_total");
	const base = memory.variable("pages") - KERNBASE;
	const size = memory.size("page");
	if (!total || total * 4096 > memory.bytes.length || base < 0 || base + total * size > memory.bytes.length)
		throw new Error("the kernel has no array of pages yet");
	return { total, base, size };
}

// Look at the whole memory: { total, uses, counts, processes }.
//   uses     a byte for each page: a kind, SHARED, ZERO, or a process's number from FIRST_PROCESS on
//   counts   how many pages each kind has, by KINDS
export function scan(memory) {
	const { total, base, size } = pageArray(memory);
	const uses = new Uint8Array(total);
	const counts = new Array(KINDS.length).fill(0);
	const { bytes } = memory;
	for (let i = 0, at = base + memory.offset("page.kind"); i < total; i++, at += size) {
		const kind = bytes[at];
		uses[i] = kind;
		counts[kind]++;
	}
	const found = processes(memory);
	found.forEach((process, i) => {
		process.use = Math.min(FIRST_PROCESS + i, OTHERS);
		process.pages = own(memory, process, uses);
	});
	const zero = numberOf(memory, memory.variable("zero_page"));
	if (zero < total) uses[zero] = ZERO;
	return { total, uses, counts, processes: found };
}

// Note in `uses` which anonymous pages are a process's. Returns how many pages it has mapped.
function own(memory, process, uses) {
	let mapped = 0;
	for (const { page } of mappings(memory, process.directory)) {
		mapped++;
		if (uses[page] === ANONYMOUS) uses[page] = process.use;
		else if (uses[page] >= FIRST_PROCESS && uses[page] !== process.use) uses[page] = SHARED;
	}
	return mapped;
}

// The pages that the user's half of a directory maps: { page, va, entry, table }. `table` is the page of the
// table that has the entry; for a large page the directory itself.
export function* mappings(memory, directory) {
	const top = memory.entries(directory);
	for (let i = 0; top && i < USER_ENTRIES; i++) {
		const entry = top[i];
		if (!(entry & PRESENT)) continue;
		if (entry & LARGE) {
			yield { page: entry >>> 12, va: i * 0x400000, entry, table: directory };
			continue;
		}
		const table = memory.entries(entry >>> 12);
		for (let j = 0; table && j < 1024; j++) {
			if (!table[j]) continue;
			const page = pageOf(table[j]);
			if (page >= 0) yield { page, va: i * 0x400000 + j * 4096, entry: table[j], table: entry >>> 12 };
		}
	}
}

// The number of the page whose page_t is at an address.
function numberOf(memory, pointer) {
	return (pointer - memory.variable("pages")) / memory.size("page");
}

function pageField(memory, number, field) {
	return memory.field(memory.variable("pages") + number * memory.size("page"), field);
}

// A directory and the tables of its user's half: { directory, words, tables: { index: { page, count, words } } }.
// `count` is the number of directories that name the table: more than one, and the table is shared.
export function tree(memory, directory) {
	const words = memory.entries(directory)?.slice();
	const tables = {};
	for (let i = 0; words && i < USER_ENTRIES; i++) {
		if (!(words[i] & PRESENT) || words[i] & LARGE) continue;
		const page = words[i] >>> 12;
		const table = memory.entries(page);
		if (table) tables[i] = { page, count: pageField(memory, page, "page.count"), words: table.slice() };
	}
	return { directory, words: words ?? new Uint32Array(1024), tables };
}

// All that is known of a page: { number, kind, count, pins, owner, references }. A reference is
// { holder, va, entry }: who names it, at which address.
export function page(memory, number) {
	const references = [];
	for (const process of processes(memory)) {
		const holder = `${process.name} (${process.pid})`;
		if (process.directory === number) references.push({ holder: `the address space of ${holder}` });
		const top = memory.entries(process.directory);
		for (let i = 0; top && i < USER_ENTRIES; i++)
			if (top[i] & PRESENT && !(top[i] & LARGE) && top[i] >>> 12 === number)
				references.push({ holder: `the directory of ${holder}`, va: i * 0x400000, entry: top[i] });
		for (const found of mappings(memory, process.directory))
			if (found.page === number)
				references.push({ holder, va: found.va, entry: found.entry, shared: shares(memory, found) });
	}
	const kind = pageField(memory, number, "page.kind");
	const owner = pageField(memory, number, "page.owner");
	return {
		number,
		kind: KINDS[kind] ?? `kind ${kind}`,
		count: pageField(memory, number, "page.count"),
		pins: pageField(memory, number, "page.pins"),
		file: KINDS[kind] === "object" ? fileOf(memory, owner) : "",
		references,
	};
}

function shares(memory, found) {
	return !(found.entry & LARGE) && pageField(memory, found.table, "page.count") > 1;
}

// The name of the file whose contents an object is; "" if it has none.
function fileOf(memory, object) {
	const host = object ? memory.field(object, "object.host") : 0;
	if (!host) return "";
	for (const entry of memory.list(host + memory.offset("inode.names"), "entry.alias"))
		return memory.string(entry, "entry.text", 256);
	return "";
}

// The way of an address through a directory: { va, index, top, slot, entry, page, area }. `entry` is missing
// where there is no table; `page` is -1 where no page is. `area` is the process's area there, or "".
export function walk(memory, directory, va) {
	const index = va >>> 22, slot = (va >>> 12) & 1023;
	const found = { va, index, top: memory.entries(directory)?.[index] ?? 0, slot, page: -1, area: "" };
	if (found.top & PRESENT && found.top & LARGE) {
		found.page = (found.top >>> 22) * 1024 + slot;
	} else if (found.top & PRESENT) {
		found.entry = memory.entries(found.top >>> 12)?.[slot] ?? 0;
		found.page = pageOf(found.entry);
	}
	const process = processes(memory).find((each) => each.directory === directory);
	if (process) found.area = areaAt(memory, process, va);
	return found;
}

// An area in words: its range and protection.
function areaAt(memory, process, va) {
	for (const at of memory.list(process.aspace + memory.offset("aspace.areas.list"), "area.link")) {
		const start = memory.field(at, "area.start"), end = memory.field(at, "area.end");
		if (va < start || va >= end) continue;
		const prot = memory.field(at, "area.prot");
		const letters = [..."rwx"].map((letter, i) => (prot & (1 << i) ? letter : "-")).join("");
		const name = memory.field(at, "area.name"), object = memory.field(at, "area.object");
		const file = object ? fileOf(memory, object) || "shared memory" : "anonymous memory";
		return `${hex(start)}-${hex(end)} ${letters} ${name ? memory.text(name) : file}`;
	}
	return "";
}

// The permissions of an entry in letters: "rwu" and what else is set.
export function permissions(entry) {
	if (!(entry & PRESENT)) return entry & PROT_NONE ? "PROT_NONE" : "-";
	return "r" + (entry & 2 ? "w" : "-") + (entry & 4 ? "u" : "-") + (entry & 0x20 ? " accessed" : "") +
		(entry & 0x40 ? " dirty" : "");
}

export { Memory };
