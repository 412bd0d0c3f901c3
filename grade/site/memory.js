// memory.js: a machine's memory, read as the kernel's structs lie in it.
//
// `layout` is layout.json: where variables and fields are (grade/quire/site_layout.py). A name that it lacks
// is a mistake of this page, and throws. What the memory holds is trusted nowhere: the machine may stand still
// in the middle of a change, or run a student's kernel.

export const KERNBASE = 0xc0000000;
export const PAGE_SIZE = 4096;
export const USER_ENTRIES = 768; // of a directory; the others are the kernel's, and equal in all directories
export const PRESENT = 1, WRITABLE = 2, USER = 4, ACCESSED = 0x20, DIRTY = 0x40, LARGE = 0x80, GLOBAL = 0x100;
export const PROT_NONE = 0x200; // of an entry that is not present; of a present one: device memory

const LONGEST_LIST = 100000;

export class Memory {
	// `all`: all of physical memory. v86's is a proxy for an array of bytes, which is ten times slower than one.
	constructor(all, layout) {
		const bytes = new Uint8Array(all.buffer, all.byteOffset, all.length);
		this.bytes = bytes;
		this.layout = layout;
		this.words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
	}

	// The address of a variable.
	address(name) {
		return known(this.layout.symbols, name);
	}

	// A variable of 32 bits.
	variable(name) {
		return this.word(this.address(name));
	}

	constant(name) {
		return known(this.layout.constants, name);
	}

	size(struct) {
		return known(this.layout.sizes, struct);
	}

	// A field of the struct at `address`: "process.pid".
	field(address, name) {
		const [offset, size] = known(this.layout.fields, name);
		const at = address - KERNBASE + offset;
		if (size === 1) return this.bytes[at] ?? 0;
		if (size === 2) return (this.bytes[at] | (this.bytes[at + 1] << 8)) >>> 0;
		return this.word(address + offset);
	}

	// The text of a field that is an array of bytes.
	string(address, name, longest = 64) {
		return this.text(address + known(this.layout.fields, name)[0], longest);
	}

	// The offset of a field.
	offset(name) {
		return known(this.layout.fields, name)[0];
	}

	// The word at a kernel address; 0 outside of memory.
	word(address) {
		return this.words[(address - KERNBASE) >>> 2] ?? 0;
	}

	// The text at a kernel address, up to a NUL.
	text(address, longest = 64) {
		const at = address - KERNBASE;
		if (at < 0 || at >= this.bytes.length) return "";
		const bytes = this.bytes.slice(at, at + longest);
		const end = bytes.indexOf(0);
		return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
	}

	// The addresses of the structs on a list of kern/list.h, by the name of the field that links them. Ends
	// early where the list is damaged.
	*list(head, link) {
		const within = this.offset(link);
		let at = this.word(head);
		for (let n = 0; at !== head && n < LONGEST_LIST; n++) {
			if (at < KERNBASE || at - KERNBASE >= this.bytes.length) return;
			yield at - within;
			at = this.word(at);
		}
	}

	// The 1,024 entries in a physical page; null if there is no such page.
	entries(page) {
		const start = page * (PAGE_SIZE / 4);
		return start + 1024 <= this.words.length ? this.words.subarray(start, start + 1024) : null;
	}
}

function known(table, name) {
	if (!(name in table)) throw new Error(`layout.json has no ${name}`);
	return table[name];
}

// The page that an entry of a table keeps; -1 if none: entries without a page, and those of devices.
export function pageOf(entry) {
	const kept = entry & (PRESENT | PROT_NONE);
	return kept === PRESENT || kept === PROT_NONE ? entry >>> 12 : -1;
}

// A number as the kernel writes addresses.
export function hex(number, digits = 0) {
	return "0x" + (number >>> 0).toString(16).padStart(digits, "0");
}
