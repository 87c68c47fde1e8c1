// The dialogue about disks.

const kinds = { floppy: ".img,.ima,.flp,.vfd,.dsk,.imd,.td0", cd: ".iso,.img,.bin,.mdf" };

export class Disks {
	constructor({ dialog, drives, shelf, title, file, notice, ask }) {
		Object.assign(this, { dialog, drives, shelf, title, file, notice, ask });
		this.shown = "";
		file.addEventListener("change", () => {
			const [chosen] = file.files;
			if (chosen) this.upload(this.drive, chosen);
			file.value = "";
		});
		document.addEventListener("dragover", e => e.preventDefault());
		document.addEventListener("drop", e => {
			e.preventDefault();
			const [dropped] = e.dataTransfer.files;
			if (!dropped || !this.list) return;
			const row = e.target.closest?.(".drive"), kind = dropped.size < 4 << 20 ? "floppy" : "cd";
			const n = row ? Number(row.dataset.drive) : this.list.findIndex(d => d.kind === kind);
			if (n >= 0) this.upload(n, dropped);
		});
	}

	// update shows what has changed; a status comes several times a second.
	update(drives, images) {
		this.list = drives ?? [];
		const now = JSON.stringify([this.list.map(d => ({ ...d, light: false })), images]);
		this.list.forEach((d, n) => {
			this.drives.children[n]?.querySelector(".name").classList.toggle("on", Boolean(d.light));
		});
		if (now === this.shown) return;
		this.shown = now;
		this.drives.replaceChildren(...this.list.map((d, n) => this.row(d, n, images ?? [])));
		const uploaded = (images ?? []).filter(i => i.uploaded);
		this.title.hidden = !uploaded.length;
		this.shelf.replaceChildren(...uploaded.map(i => this.image(i)));
	}

	row(d, n, images) {
		const row = element("div", "drive"), does = element("span", "does");
		row.dataset.drive = n;
		row.append(element("span", `name light ${d.kind}`, d.name), element("span", "what", d.image ? d.image + (d.locked ? " · write-protected" : "") : "empty"), does);
		row.children[1].title = d.image ?? "";
		if (d.fixed) return row;
		const fitting = images.filter(i => i.kind === d.kind && !i.in);
		if (fitting.length) {
			const choice = element("select");
			choice.setAttribute("aria-label", "Insert into " + d.name);
			choice.append(new Option("Insert…", "", true, true), ...fitting.map(i => new Option(i.name, i.id)));
			choice.addEventListener("change", () => this.request("POST", `drive/${n}?image=${choice.value}`));
			does.append(choice);
		}
		does.append(button("Upload…", () => {
			this.drive = n;
			this.file.accept = kinds[d.kind];
			this.file.click();
		}));
		const eject = button("Eject", () => this.request("DELETE", `drive/${n}`));
		eject.disabled = !d.image;
		does.append(eject);
		return row;
	}

	image(i) {
		const row = element("div", "drive"), does = element("span", "does");
		row.append(element("span", "name", i.name), element("span", "what", [i.in ? "in " + i.in : "in no drive", i.changed ? "changed by the machine" : ""].filter(Boolean).join(" · ")), does);
		if (i.kind === "floppy") {
			const link = element("a", "button", "Download");
			link.href = `image/${i.id}`;
			link.download = i.name;
			does.append(link);
		}
		const forget = button("Forget", async () => {
			if (!i.changed || await this.ask(`Forget ${i.name}? The machine has changed it since it was uploaded.`, "Forget")) this.request("DELETE", `image/${i.id}`);
		});
		forget.disabled = Boolean(i.in);
		does.append(forget);
		return row;
	}

	upload(drive, file) {
		this.notice(`${file.name} is being uploaded…`);
		return this.request("POST", `drive/${drive}?name=${encodeURIComponent(file.name)}`, file);
	}

	async request(method, path, body) {
		try {
			const answer = await fetch(path, { method, body });
			const text = await answer.text();
			let told = {};
			try { told = JSON.parse(text); } catch { told = { error: text.trim() }; }
			this.notice(told.error ?? told.says, Boolean(told.error));
		} catch {
			this.notice("The connection is lost.", true);
		}
		this.shown = ""; // choices go back to what they were
	}
}

function element(name, className, text) {
	const e = document.createElement(name);
	if (className) e.className = className;
	if (text !== undefined) e.textContent = text;
	return e;
}

function button(text, action) {
	const b = element("button", "", text);
	b.type = "button";
	b.addEventListener("click", action);
	return b;
}
