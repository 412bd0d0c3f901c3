// machine.js: lets a handout's reader start a machine where the handout speaks of it. Until then, on paper, and from a
// disk instead of a web server, the handout shows a picture.

for (const place of location.protocol === "file:" ? [] : document.querySelectorAll(".machine")) {
	const button = document.createElement("button");
	button.textContent = "Start it here";
	button.addEventListener("click", () => start(place, button));
	place.append(button);
}

function start(place, button) {
	const { run, view } = place.dataset;
	const frame = document.createElement("iframe");
	frame.title = `A machine that runs ${run}`;
	frame.src = `${new URL("machine/index.html", import.meta.url)}?${new URLSearchParams({ embed: "", view, run })}`;
	place.classList.add("live");
	button.replaceWith(frame);
	frame.focus();
}
