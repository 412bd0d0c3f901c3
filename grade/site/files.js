// files.js: files into the machine and out of it.

const ELF = 0x464c457f;
const MULTIBOOT = 0x1badb002; // somewhere in a kernel's first 8 KiB
const CPIO = "070701";

export class Files {
	// `parts`: { host, say, drop, picker, own(kind, file) }.
	constructor(parts) {
		Object.assign(this, parts);
		this.picker.addEventListener("change", () => this.#take([...this.picker.files]));
		for (const event of ["dragenter", "dragover"]) this.drop.addEventListener(event, (e) => this.#over(e, true));
		for (const event of ["dragleave", "drop"]) this.drop.addEventListener(event, (e) => this.#over(e, false));
		this.drop.addEventListener("drop", (event) => this.#take([...event.dataTransfer.files]));
	}

	#over(event, over) {
		event.preventDefault();
		this.drop.querySelector("#terminal").classList.toggle("dropping", over);
	}

	async #take(files) {
		this.picker.value = "";
		for (const file of files) {
			try {
				await this.put(file);
			} catch (error) {
				this.say(error.message);
				return;
			}
		}
	}

	// A kernel or an archive becomes the machine's; any other file goes to /tmp.
	async put(file) {
		const bytes = new Uint8Array(await file.arrayBuffer());
		const kind = kindOf(bytes);
		if (kind) return this.own(kind, file);
		this.say(`${file.name} is copied as soon as the shell waits for a command.`);
		await this.host.atPrompt();
		const content = stripped(bytes);
		const size = `${content.length.toLocaleString("en")} bytes`;
		this.say(`/tmp/${file.name} is being written, ${size}.`);
		const errors = await this.host.shell.upload(`/tmp/${file.name}`, content);
		this.say(errors.length ? new TextDecoder().decode(errors) : `/tmp/${file.name} is there, ${size}. Type its name to run it.`);
	}

	// Ask for a file's name, and keep the file here.
	async download() {
		const path = prompt("Which file of the machine?", "/etc/motd");
		if (!path) return;
		this.say("The file is read as soon as the shell waits for a command.");
		await this.host.atPrompt();
		const bytes = await this.host.shell.download(path);
		if (!bytes) return this.say(`${path} cannot be read.`);
		this.keep(path.split("/").pop(), bytes);
		this.say(`${path} is saved here, ${bytes.length.toLocaleString("en")} bytes.`);
	}

	// Let the browser keep a file.
	keep(name, bytes) {
		const link = document.createElement("a");
		link.href = URL.createObjectURL(new Blob([bytes]));
		link.download = name;
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 60000);
	}
}

// A program without its sections, which it does not need to run: symbols and debug information. What is no program
// stays as it is. The terminal carries only some ten thousand bytes a second.
export function stripped(bytes) {
	const view = new DataView(bytes.buffer, bytes.byteOffset);
	if (bytes.length < 52 || view.getUint32(0, true) !== ELF || bytes[4] !== 1) return bytes;
	const start = view.getUint32(28, true), size = view.getUint16(42, true), count = view.getUint16(44, true);
	let end = start + size * count;
	if (end > bytes.length) return bytes;
	for (let at = start; at < start + size * count; at += size)
		end = Math.max(end, view.getUint32(at + 4, true) + view.getUint32(at + 16, true));
	if (end > bytes.length) return bytes;
	const result = bytes.slice(0, end);
	const head = new DataView(result.buffer);
	head.setUint32(32, 0, true); // where the sections are
	head.setUint32(48, 0, true); // how many, and which has their names
	return result;
}

function kindOf(bytes) {
	if (String.fromCharCode(...bytes.subarray(0, 6)) === CPIO) return "archive";
	const view = new DataView(bytes.buffer);
	if (bytes.length < 52 || view.getUint32(0, true) !== ELF) return null;
	for (let at = 0; at + 4 <= Math.min(bytes.length, 8192); at += 4)
		if (view.getUint32(at, true) === MULTIBOOT) return "kernel";
	return null;
}
