// details.js: what is known of one page, and the way of one address.
import { LARGE, PRESENT, hex } from "./memory.js";
import { permissions } from "./scan.js";

function element(tag, text = "") {
	return Object.assign(document.createElement(tag), { textContent: text });
}

// A list whose items are texts, or [text, text of a button, what the button does].
function list(tag, items) {
	const result = element(tag);
	for (const item of items) {
		const line = element("li", Array.isArray(item) ? item[0] + " " : item);
		if (Array.isArray(item)) {
			const button = element("button", item[1]);
			button.addEventListener("click", item[2]);
			line.append(button);
		}
		result.append(line);
	}
	return result;
}

export class Details {
	// `on`: { page(number), address(va) }.
	constructor(box, on) {
		this.box = box;
		this.on = on;
	}

	say(text) {
		this.box.replaceChildren(element("p", text));
	}

	// Add a remark below.
	add(text) {
		this.box.append(element("p", text));
	}

	page(found) {
		const kind = found.file ? `${found.kind}, of the file ${found.file}` : found.kind;
		const counts = `${found.count} reference${found.count === 1 ? "" : "s"}` +
			(found.pins ? `, ${found.pins} pin${found.pins === 1 ? "" : "s"}` : "");
		const head = element("p");
		head.append(element("strong", `Page ${hex(found.number)}`), ` at ${hex(found.number * 4096, 8)}: ${kind}; ${counts}.`);
		const items = found.references.map((each) => {
			if (each.va === undefined) return `It is the directory of ${each.holder}.`;
			const shared = each.shared ? ", in a shared table" : "";
			return [`${each.holder}: the entry for ${hex(each.va, 8)}, ${permissions(each.entry)}${shared}`, "Show",
				() => this.on.address(each.va)];
		});
		const none = "No entry of a process names it." +
			(["object", "heap", "table", "directory", "stack"].includes(found.kind) ? " The kernel itself keeps it." : "");
		this.box.replaceChildren(head, items.length ? list("ul", items) : element("p", none));
	}

	walk(found) {
		const head = element("p");
		head.append(element("strong", `Address ${hex(found.va, 8)}`), found.area ? ` lies in ${found.area}.` : ".");
		const steps = [`Bits 22 to 31 choose entry ${found.index} of the directory: ${hex(found.top, 8)}, ` +
			`${permissions(found.top)}.`];
		if (!(found.top & PRESENT)) steps.push("There is no table: an access faults.");
		else if (found.top & LARGE) steps.push("The entry maps a large page of 4 MiB; there is no table.");
		else {
			steps.push(`The table is page ${hex(found.top >>> 12)}. Bits 12 to 21 choose its entry ${found.slot}: ` +
				`${hex(found.entry, 8)}, ${permissions(found.entry)}.`);
			if (!(found.entry & PRESENT))
				steps.push(found.area ? "No page is there yet: an access faults, and the kernel brings one."
					: "No page is there: an access faults.");
		}
		if (found.page >= 0)
			steps.push([`The page is ${hex(found.page)}; the byte is at ${hex(found.page * 4096 + (found.va & 0xfff), 8)}.`,
				"Show the page", () => this.on.page(found.page)]);
		this.box.replaceChildren(head, list("ol", steps));
	}
}
